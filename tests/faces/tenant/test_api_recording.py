"""Can a program keep what is not ready, and set right what was certified?"""

from typing import Any

import pytest

from tenants.hours.certifying import certify
from tenants.hours.models import HourEntry, HourState
from tenants.staff.models import Role
from tests.support.desk import Visitor, program
from tests.support.district import NOW, District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def hours(district: District, **changes: Any) -> dict[str, Any]:
    stated = {
        "organization_id": str(district.street.id),
        "activity": "净滩行动",
        "field": "环保",
        "started_at": "2026-03-06T09:00:00+08:00",
        "ended_at": "2026-03-06T11:00:00+08:00",
    }
    return stated | changes


def drafted(district: District, machine: Visitor) -> str:
    """The address of a new draft."""
    stated = hours(district, registration_id=str(district.registration().id), state="draft")
    answer = machine.send("POST", "/api/v1/hour-entries", json=stated)
    assert (answer.status_code, answer.json and answer.json["state"]) == (201, "draft")
    return answer.headers["Location"]


def act(machine: Visitor, method: str, address: str, version: int, **options: Any) -> Any:
    return machine.send(method, address, headers={"If-Match": f'"{version}"'}, **options)


def test_a_draft_is_changed_and_submitted(district: District, machine: Visitor) -> None:
    address = drafted(district, machine)
    changed = act(machine, "PUT", address, 1, json=hours(district, activity=" 导读 ", minutes=90))
    assert (changed.json["activity"], changed.json["credited_minutes"]) == ("导读", 90)
    submitted = act(machine, "POST", f"{address}/submission", 2)
    assert (submitted.json["state"], submitted.headers["ETag"]) == ("submitted", '"3"')
    assert act(machine, "PUT", address, 3, json=hours(district)).status_code == 409
    assert act(machine, "DELETE", address, 3).status_code == 409


def test_a_draft_is_discarded(district: District, machine: Visitor) -> None:
    address = drafted(district, machine)
    assert machine.send("DELETE", address).status_code == 428
    assert act(machine, "DELETE", address, 1).status_code == 204
    assert machine.get(address).status_code == 404
    assert district.session.query(HourEntry).count() == 0


def test_nobody_else_meets_a_draft(district: District, machine: Visitor) -> None:
    address = drafted(district, machine)
    other = program(district, "wang")
    assert other.get(address).status_code == 404
    for visitor, found in ((other, 0), (machine, 1)):
        answer = visitor.get("/api/v1/hour-entries?state=draft")
        assert answer.json is not None
        assert len(answer.json["items"]) == found
    assert act(other, "DELETE", address, 1).status_code == 404


def test_a_draft_that_overlaps_is_not_submitted(district: District, machine: Visitor) -> None:
    address = drafted(district, machine)
    district.submitted(hours_ago=26)
    refused = act(machine, "POST", f"{address}/submission", 1)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/started_at")
    assert machine.get(address).status_code == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"state": "certified"}, "#/state"), ({"activity": " "}, "#/activity"), ({"minutes": 121}, "#/minutes")],
)
def test_what_cannot_stand_is_pointed_at(district: District, machine: Visitor, changes: dict[str, Any], pointer: str) -> None:
    stated = hours(district, registration_id=str(district.registration().id), **changes)
    answer = machine.send("POST", "/api/v1/hour-entries", json=stated)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_a_correction_may_say_that_something_else_was_done_elsewhere(district: District, machine: Visitor) -> None:
    entry = district.submitted(hours_ago=20)
    certify(district.session, entry, by="wang", at=NOW, settings=district.settings)
    community = district.organization("岗厦社区")
    address = f"/api/v1/hour-entries/{entry.id}/correction"
    stated = {"started_at": entry.started_at.isoformat(), "ended_at": entry.ended_at.isoformat(), "reason": "mixed up"}
    elsewhere = {"organization_id": str(community.id), "activity": "净滩行动"}
    corrected = act(machine, "POST", address, 3, json=stated | elsewhere)
    assert corrected.status_code == 200
    assert corrected.json.items() >= {**elsewhere, "field": "文化", "state": HourState.CERTIFIED}.items()


def test_hours_are_not_moved_where_one_may_not_certify(district: District) -> None:
    community = district.organization("岗厦社区")
    entry = district.submitted(hours_ago=20, organization=community)
    certify(district.session, entry, by="wang", at=NOW, settings=district.settings)
    inside = program(district, organization=community)
    stated = {"started_at": entry.started_at.isoformat(), "ended_at": entry.ended_at.isoformat(), "reason": "x"}
    moved = stated | {"organization_id": str(district.street.id)}
    assert act(inside, "POST", f"/api/v1/hour-entries/{entry.id}/correction", 3, json=moved).status_code == 403


def test_a_recorder_of_one_place_records_in_no_other(district: District) -> None:
    inside = program(district, role=Role.RECORDER, organization=district.organization("岗厦社区"))
    stated = hours(district, registration_id=str(district.registration().id), state="draft")
    assert inside.send("POST", "/api/v1/hour-entries", json=stated).status_code == 403


@pytest.mark.parametrize(("query", "found"), [("name=伟", 1), ("name=李", 0), ("name=%25", 0), ("name=张&local_number=FT1", 1)])
def test_registrations_are_found_by_name(district: District, machine: Visitor, query: str, found: int) -> None:
    district.registration()
    answer = machine.get(f"/api/v1/registrations?{query}")
    assert answer.json is not None
    assert len(answer.json["items"]) == found
