"""What do volunteers become when a register lists them, and what is told of them?"""

from datetime import date
from pathlib import Path

import pytest

from sync.documents import DocumentFlaw
from tenants.imports.rows.findings import Severity
from tenants.organizations.models import Organization
from tests.support.district import District
from tests.support.registers import RESIDENT_ID, Line, Registers, volunteer

WITH_DOCUMENT = {"id_type": "resident_id", "id_number": RESIDENT_ID, "gender": "F", "birth_date": "1949-12-31"}


@pytest.fixture
def registers(district: District, tmp_path: Path) -> Registers:
    """Registers of a district that has nobody yet."""
    return Registers(district, tmp_path)


def test_a_volunteer_is_kept_as_written_in_the_team_of_the_community_of_the_street(registers: Registers) -> None:
    job = registers.volunteers(volunteer("007", name="阿依•古丽 ", phone="+86 138-0013-8000"))
    registration = registers.registration("007")
    assert (job.created, registers.codes(job)) == (1, [])
    assert (registration.name, registration.phone, registration.birth_date) == ("阿依•古丽 ", "13800138000", date(1990, 5, 4))
    line = []
    place: Organization | None = registration.organization
    while place is not None:
        line.append(place.name)
        place = place.parent
    assert line == ["海珠社区义工服务队", "海珠社区", "粤海街道", "福田区"]


def test_organizations_are_added_once_and_told_to_the_hub(registers: Registers) -> None:
    registers.volunteers(volunteer("NS1"), volunteer("NS2"), volunteer("NS3", team="", community=""))
    registers.volunteers(volunteer("NS4"))
    told = [data["name"] for event, data in registers.district.said() if event.type == "organization.recorded.v1"]
    assert told == ["福田区", "福田街道", "粤海街道", "海珠社区", "海珠社区义工服务队"]
    assert registers.registration("NS3").organization.name == "粤海街道"


@pytest.mark.parametrize(
    "number", [RESIDENT_ID, f" {RESIDENT_ID}", RESIDENT_ID.lower(), "110105491231002", "１１０１０５４９１２３１００２"]
)
def test_a_number_is_the_same_in_every_writing(registers: Registers, number: str) -> None:
    registers.volunteers(volunteer("NS1", **WITH_DOCUMENT), volunteer("NS2", **WITH_DOCUMENT | {"id_number": number}))
    one, other = registers.registration("NS1"), registers.registration("NS2")
    assert one.document_token is not None
    assert one.document_token == other.document_token


def test_a_wrong_check_digit_keeps_nobody_out(registers: Registers) -> None:
    job = registers.volunteers(volunteer(**WITH_DOCUMENT | {"id_number": "110105194912310021"}))
    (finding,) = registers.findings(job)
    registration = registers.registration()
    assert (job.created, job.noticed, finding.severity, finding.code) == (1, 1, Severity.NOTICE, "check_digit")
    assert (registration.document_token, registration.document_flaw) == (None, DocumentFlaw.CHECK_DIGIT)
    assert finding.value == "1***************21"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"birth_date": "1949-12-13"}, ["other_birth_date"]),
        ({"gender": "M"}, ["other_gender"]),
        ({"birth_date": "31.12.49"}, ["unreadable"]),
        ({"birth_date": "2050-01-01"}, ["in_the_future", "registered_in_the_future"]),
        ({"gender": "?"}, ["unreadable"]),
        ({"phone": "1" * 41}, ["too_long"]),
        ({"phone": "㍿" * 11}, ["too_long"]),
        ({"id_type": ""}, ["document_without_kind"]),
        ({"id_type": "driving licence"}, ["unreadable", "document_without_kind"]),
        ({"id_number": "110105194912"}, ["malformed"]),
        ({"registered_on": "2026-03-08"}, ["registered_in_the_future"]),
        ({"birth_date": "", "gender": "", "phone": ""}, []),
    ],
)
def test_what_cannot_be_read_is_left_blank_and_noticed(registers: Registers, change: Line, codes: list[str]) -> None:
    if "in_the_future" in codes:
        change = {**change, "registered_on": "2026-03-08"}
    job = registers.volunteers(volunteer(**WITH_DOCUMENT | change))
    assert (job.created, job.refused, sorted(registers.codes(job))) == (1, 0, sorted(codes))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"volunteer_no": " "}, "missing"),
        ({"name": ""}, "missing"),
        ({"name": "张" * 121}, "too_long"),
        ({"volunteer_no": "9" * 41}, "too_long"),
        ({"street": "街" * 121}, "too_long"),
        ({"community": "社" * 121}, "too_long"),
        ({"team": "队" * 121}, "too_long"),
        ({"registered_on": ""}, "missing"),
        ({"registered_on": "2020-02-30"}, "unreadable"),
        ({"street": ""}, "missing"),
    ],
)
def test_a_volunteer_who_could_not_be_found_again_is_refused(registers: Registers, change: Line, code: str) -> None:
    job = registers.volunteers(volunteer("NS1"), volunteer("NS2") | change)
    assert (job.created, job.refused, registers.codes(job)) == (1, 1, [code])


def test_a_number_that_grows_when_it_is_made_plain_is_shown_as_far_as_there_is_room(registers: Registers) -> None:
    job = registers.volunteers(volunteer("㍿" * 40))
    (finding,) = registers.findings(job)
    assert (finding.code, finding.record) == ("too_long", "株式会社" * 10)


def test_the_same_file_again_changes_nothing_and_a_corrected_row_corrects(registers: Registers) -> None:
    lines = [volunteer("NS1", **WITH_DOCUMENT), volunteer("NS2", id_type="passport", id_number="E1234 5678")]
    registers.volunteers(*lines)
    said = registers.district.said()
    again = registers.volunteers(*lines)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert registers.district.said() == said

    corrected = registers.volunteers(lines[0], lines[1] | {"phone": "13900139000", "team": "另一队"})
    registration = registers.registration("NS2")
    assert (corrected.changed, corrected.unchanged) == (1, 1)
    assert (registration.phone, registration.organization.name, registration.version) == ("13900139000", "另一队", 2)
    assert registers.district.said()[-1][1]["phone"] == "13900139000"


def test_one_number_twice_in_a_file_is_one_volunteer(registers: Registers) -> None:
    job = registers.volunteers(volunteer("NS1"), volunteer("NS1"), volunteer(" NS1", name="王芳"))
    assert (job.created, registers.codes(job)) == (1, ["repeated_row", "number_used_twice"])
    assert registers.registration("NS1").name == "张伟"


@pytest.mark.parametrize(
    "column", ["volunteer_no", "name", "gender", "birth_date", "phone", "team", "registered_on", "id_number"]
)
@pytest.mark.parametrize("number", [RESIDENT_ID, " ".join(RESIDENT_ID), "110105491231002"])
def test_no_finding_shows_a_document_s_number_wherever_it_was_typed(registers: Registers, column: str, number: str) -> None:
    job = registers.volunteers(volunteer(id_number=number) | {column: number, "id_type": "resident"}, volunteer("NS2", name=""))
    shown = repr(registers.findings(job)).replace(" ", "")
    assert job.noticed + job.refused > 1
    assert "491231" not in shown
