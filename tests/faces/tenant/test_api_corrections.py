"""Can a program put a registration right?"""

from datetime import date
from typing import Any

import pytest

from sync.documents import DocumentKind
from tenants.registrations.models import Registration
from tenants.staff.models import Role
from tests.support.desk import Visitor, program
from tests.support.district import District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

NUMBER = "110113199605160538"


@pytest.fixture
def registration(district: District) -> Registration:
    """Somebody whose birth date was mistyped."""
    return district.registration(birth_date=date(1996, 5, 6), document_kind=DocumentKind.RESIDENT_ID, document_number=NUMBER)


def path(registration: Registration) -> str:
    return f"/api/v1/registrations/{registration.id}"


def correct(machine: Visitor, registration: Registration, etag: str | None = None, **changes: Any) -> Any:
    etag = etag or machine.get(path(registration)).headers["ETag"]
    stated = {
        "name": "张伟",
        "birth_date": "1996-05-16",
        "document_kind": "resident_id",
        "reason": "as the card says",
    } | changes
    return machine.send("POST", f"{path(registration)}/correction", json=stated, headers={"If-Match": etag})


def test_what_is_put_right_is_told_and_remembered(machine: Visitor, registration: Registration) -> None:
    done = correct(machine, registration)
    assert (done.status_code, done.json["birth_date"], done.json["document"]) == (200, "1996-05-16", "1***************38")
    assert done.headers["ETag"] == machine.get(path(registration)).headers["ETag"]
    corrections: Any = machine.get(f"{path(registration)}/corrections").json
    [correction] = corrections
    assert (correction["changed"], correction["by"], correction["reason"]) == (["birth_date"], "li", "as the card says")
    assert correction["version"] == done.json["version"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": NUMBER}, "reason"),
        ({"birth_date": "2996-05-16"}, "birth_date"),
        ({"gender": "X"}, "gender"),
    ],
)
def test_what_cannot_stand_is_refused_by_its_field(
    machine: Visitor, registration: Registration, changes: dict[str, str], field: str
) -> None:
    refused = correct(machine, registration, **changes)
    assert refused.status_code == 422
    assert field in refused.text
    assert machine.get(f"{path(registration)}/corrections").json == []


def test_nobody_overwrites_what_they_have_not_seen(machine: Visitor, registration: Registration) -> None:
    before = machine.get(path(registration)).headers["ETag"]
    assert correct(machine, registration).status_code == 200
    assert correct(machine, registration, before, name="张卫").status_code == 412


def test_who_only_looks_corrects_nothing(district: District, registration: Registration) -> None:
    viewer = program(district, "wang", role=Role.VIEWER)
    assert correct(viewer, registration).status_code == 403
