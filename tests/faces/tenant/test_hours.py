"""Is every act on an hour entry possible where it should be, refused where not, and kept for later readers?"""

import uuid
from datetime import timedelta

import pytest

from tenants.hours.certifying import certify
from tenants.hours.models import HourEntry, HourState, Service
from tenants.hours.rules import Shift
from tenants.imports.recorders import recorder
from tenants.staff.models import Role
from tests.support.desk import Visitor, at_desk
from tests.support.district import NOW, District

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def waiting(district: District) -> str:
    """The address of an entry that waits."""
    return f"/hours/{district.submitted(hours_ago=20).id}"


@pytest.fixture
def certified(district: District) -> str:
    """The address of an entry that somebody else certified."""
    entry = district.submitted(hours_ago=20)
    certify(district.session, entry, by="wang", at=NOW, settings=district.settings)
    return f"/hours/{entry.id}"


def entry_at(district: District, address: str) -> HourEntry:
    return district.session.get_one(HourEntry, uuid.UUID(address.split("/")[2]))


def correction(visitor: Visitor, **changes: str) -> dict[str, str]:
    """What the form for a correction holds: from 16:00 to 17:30 on the day before `NOW`, an hour."""
    values = {
        "organization": str(visitor.district.street.id),
        "activity": "图书馆导读",
        "field": "文化",
        "started_at": "2026-03-06T16:00",
        "ended_at": "2026-03-06T17:30",
        "minutes": "60",
        "reason": "wrong end",
    }
    version = visitor.hidden("correction-version")
    return {f"correction-{name}": value for name, value in (values | changes | {"version": version}).items()}


@on_both
def test_the_history_says_what_who_when_and_why(li: Visitor, certified: str) -> None:
    li.get(f"{certified}/")
    li.post(f"{certified}/correction", correction(li))
    history = li.text()
    for words in ("Recorded", "Submitted", "Certified", "wang", "Corrected", "li", "wrong end", "1 h"):
        assert words in history
    assert "Mar 6, 2026, 16:00–17:00, 1 h Mar 6, 2026, 16:00–17:30, 1 h" in history


def test_the_history_tells_of_a_row_that_the_register_changed(district: District, li: Visitor, waiting: str) -> None:
    entry = entry_at(district, waiting)
    service = Service(entry.organization_id, entry.activity, entry.field)
    shorter = Shift(entry.started_at, entry.ended_at, entry.credited_minutes // 2)
    entry.amend(service, shorter, by=recorder("wang"), at=NOW)
    assert li.get(f"{waiting}/").status_code == 200
    assert "Changed in the register" in li.text()
    assert "import by wang" in li.text()


@on_both
def test_certifying_one(district: District, li: Visitor, waiting: str) -> None:
    li.get(f"{waiting}/")
    li.post(f"{waiting}/certification", version=li.hidden("version"))
    assert entry_at(district, waiting).certified_by == "li"
    li.post(f"{waiting}/certification/undo", version=li.hidden("version"))
    assert entry_at(district, waiting).state is HourState.SUBMITTED


@pytest.mark.parametrize("act", ["refusal", "revocation", "correction"])
@pytest.mark.parametrize("reason", ["", "   "])
def test_what_takes_away_needs_a_reason(district: District, li: Visitor, waiting: str, act: str, reason: str) -> None:
    if act != "refusal":
        certify(district.session, entry_at(district, waiting), by="wang", at=NOW, settings=district.settings)
    before = entry_at(district, waiting).version
    li.get(f"{waiting}/")
    values = correction(li, reason=reason) if act == "correction" else {f"{act}-reason": reason}
    answer = li.post(f"{waiting}/{act}", values | {f"{act}-version": li.hidden(f"{act}-version")})
    assert answer.status_code == 422
    assert "Say why: the volunteer and every later reader will see the reason." in li.text()
    assert entry_at(district, waiting).version == before


@on_both
def test_refusing(district: District, li: Visitor, waiting: str) -> None:
    li.get(f"{waiting}/")
    li.post(f"{waiting}/refusal", {"refusal-version": li.hidden("refusal-version"), "refusal-reason": "was not there"})
    assert entry_at(district, waiting).state is HourState.REFUSED
    assert "was not there" in li.text()


@on_both
def test_revoking(district: District, li: Visitor, certified: str) -> None:
    li.get(f"{certified}/")
    li.post(f"{certified}/revocation", {"revocation-version": li.hidden("revocation-version"), "revocation-reason": "error"})
    assert entry_at(district, certified).state is HourState.REVOKED
    event, data = district.said()[-1]
    assert (event.type, data["credited_minutes"]) == ("hours.revoked.v1", 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ended_at": "2026-03-06T15:00"}, "The shift ends before it starts."),
        ({"minutes": "91"}, "The duration is longer than the 90 minutes between start and end."),
        ({"ended_at": "2100-01-01T00:00"}, "The shift lies in the future."),
        ({"started_at": "noon"}, "Not a valid datetime value."),
        ({"started_at": "0001-01-01T00:00"}, "The shift began before the year 1900."),
        ({"minutes": "many"}, "Not a valid integer value."),
        ({"activity": " "}, "Say what was done."),
        ({"organization": str(uuid.uuid4())}, "Not a valid choice."),
    ],
)
def test_an_impossible_time_is_refused_at_its_field(
    district: District, li: Visitor, certified: str, changes: dict[str, str], words: str
) -> None:
    li.get(f"{certified}/")
    answer = li.post(f"{certified}/correction", correction(li, **changes))
    assert answer.status_code == 422
    assert words in li.text()
    assert f'href="#correction-{next(iter(changes))}"' in answer.text
    assert entry_at(district, certified).credited_minutes == 60


def test_what_one_recorded_another_coordinator_corrects(district: District, li: Visitor) -> None:
    entry = district.submitted(hours_ago=20, by="li")
    certify(district.session, entry, by="wang", at=NOW, settings=district.settings)
    li.get(f"/hours/{entry.id}/")
    assert "another coordinator corrects it" in li.text()
    assert li.hidden("correction-version") == ""
    values = correction(li) | {"correction-version": li.hidden("revocation-version")}
    assert li.post(f"/hours/{entry.id}/correction", values).status_code == 409
    assert district.session.get_one(HourEntry, entry.id).state is HourState.CERTIFIED


@on_both
def test_a_correction_may_say_that_something_else_was_done_elsewhere(district: District, li: Visitor, certified: str) -> None:
    community = district.organization("岗厦社区")
    li.get(f"{certified}/")
    elsewhere = {"organization": str(community.id), "activity": "净滩行动", "field": "环保"}
    li.post(f"{certified}/correction", correction(li, **elsewhere))
    assert "图书馆导读 · 文化 · 福田街道 净滩行动 · 环保 · 岗厦社区" in li.text()
    _, data = district.said()[-1]
    assert (data["organization_id"], data["activity"], data["field"]) == tuple(elsewhere.values())


@on_both
def test_a_correction_may_not_overlap_another_entry(district: District, li: Visitor, certified: str) -> None:
    district.submitted(hours_ago=18.5)
    li.get(f"{certified}/")
    answer = li.post(f"{certified}/correction", correction(li, ended_at="2026-03-06T18:00"))
    assert answer.status_code == 422
    assert "The shift shares 30 minutes with entry" in li.text()


@on_both
def test_whoever_comes_second_is_told(district: District, li: Visitor, waiting: str) -> None:
    li.get(f"{waiting}/")
    wang = at_desk(district, "wang")
    wang.get(f"{waiting}/")
    wang.post(f"{waiting}/certification", version=wang.hidden("version"))
    answer = li.post(f"{waiting}/refusal", {"refusal-version": li.hidden("refusal-version"), "refusal-reason": "no"})
    assert answer.status_code == 409
    assert "Somebody changed this entry since you looked." in li.text()
    assert f'href="{waiting}/"' in answer.text
    assert entry_at(district, waiting).certified_by == "wang"


def test_nobody_certifies_what_they_recorded(district: District, li: Visitor) -> None:
    address = f"/hours/{district.submitted(by='li').id}"
    li.get(f"{address}/")
    assert f"{address}/certification" not in (li.page.text if li.page else "")
    answer = li.post(f"{address}/certification", version="2")
    assert answer.status_code == 409
    assert "Ask another coordinator." in li.text()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECORDER, Role.ADMINISTRATOR])
def test_other_roles_look_and_change_nothing(district: District, waiting: str, role: Role) -> None:
    visitor = at_desk(district, "wang", role=role)
    page = visitor.get(f"{waiting}/")
    assert "<form" not in page.text[page.text.index("<main") :]
    assert visitor.post(f"{waiting}/certification", version="2").status_code == 403
    assert entry_at(district, waiting).state is HourState.SUBMITTED


def test_a_coordinator_of_another_place_finds_nothing(district: District, waiting: str) -> None:
    elsewhere = at_desk(district, organization=district.organization("岗厦社区"))
    assert elsewhere.get(f"{waiting}/").status_code == 404
    elsewhere.get("/desk/")
    assert elsewhere.post(f"{waiting}/certification", version="2").status_code == 404
    assert entry_at(district, waiting).state is HourState.SUBMITTED


def test_where_somebody_serves_they_are_seen_and_elsewhere_not_changed(district: District) -> None:
    community = district.organization("岗厦社区")
    entry = district.submitted(organization=community)
    street_volunteer, inside = f"/volunteers/{entry.registration_id}", f"/hours/{entry.id}/"
    visitor = at_desk(district, organization=community)
    assert visitor.get(inside).status_code == 200
    assert visitor.get(street_volunteer).status_code == 404


def test_an_entry_of_a_later_day_shows_when_it_ended(district: District, li: Visitor) -> None:
    entry = district.submitted(hours_ago=13, minutes=12 * 60)
    assert entry.ended_at - entry.started_at == timedelta(hours=12)
    li.get(f"/hours/{entry.id}/")
    assert "Mar 6, 2026, 23:00–Mar 7, 2026, 11:00" in li.text()
