"""Do hours come back once, whatever was entered in the meantime?"""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.mailbox.facts import Fact, read_fact
from tenants.hours.certifying import certify, correct, revoke, undo_certification
from tenants.hours.models import HourEntry, HourEntryVersion, HourState, Service
from tenants.hours.restoring import restore_hours
from tenants.hours.rules import Shift
from tenants.hours.totals import district_totals
from tenants.registrations.models import Registration
from tenants.registrations.restoring import restore_registrations
from tests.support.district import NOW, District
from tests.support.registers import Registers, hour, volunteer

HOURS = (HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED)


@pytest.fixture
def registers(district: District, tmp_path: Path) -> Registers:
    """Registers of a district that has imported them."""
    registers = Registers(district, tmp_path)
    registers.volunteers(volunteer())
    registers.hours(hour())
    return registers


def entered(district: District, number: str, *, hours_ago: float = 5) -> HourEntry:
    """An entry of a register, which a coordinator has certified."""
    entry = district.submitted(hours_ago=hours_ago)
    entry.local_number = number
    certify(district.session, entry, by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    return entry


def waiting(district: District, number: str) -> HourEntry:
    """An entry of a register, which waits for a coordinator."""
    entry = district.submitted()
    entry.local_number = number
    district.session.commit()
    return entry


def entered_again(district: District, state: HourState) -> HourEntry:
    """The same row of the register, imported too early: certified there, or waiting."""
    return entered(district, "H1") if state is HourState.CERTIFIED else waiting(district, "H1")


def correct_to(district: District, entry: HourEntry, *, minutes: int) -> None:
    """Lets a coordinator find out that it was less."""
    shift = Shift(entry.started_at, entry.started_at + timedelta(minutes=minutes), minutes)
    correct(district.session, entry, shift, reason="left early", by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()


def lost(district: District) -> Fact:
    """What the city knows of the only entry, which the district's backup does not have."""
    [event] = [event for event, _ in district.said() if event.subject == str(district.session.query(HourEntry).one().id)][-1:]
    for model in (HourEntryVersion, HourEntry):
        district.session.execute(delete(model))
    district.session.commit()
    return read_fact(event)


def everything_lost(district: District) -> list[Fact]:
    """What the city knows last of every volunteer and entry, which the district's backup does not have."""
    newest = {event.subject: event for event, _ in district.said()}
    for model in (HourEntryVersion, HourEntry, Registration):
        district.session.execute(delete(model))
    district.session.commit()
    return [read_fact(event) for event in newest.values()]


def come_back(district: District, facts: list[Fact]) -> None:
    restore_registrations(district.session, "futian", [fact for fact in facts if fact.type == REGISTRATION_RECORDED])
    restore_hours(district.session, "futian", [fact for fact in facts if fact.type in HOURS])
    district.session.commit()


def registrations(district: District) -> dict[str, str]:
    return {str(row.id): row.local_number for row in district.session.query(Registration)}


def states(district: District) -> dict[str, HourState]:
    return {str(entry.id): entry.state for entry in district.session.query(HourEntry)}


def numbers(district: District) -> dict[str, str | None]:
    return {str(entry.id): entry.local_number for entry in district.session.query(HourEntry)}


def certified_minutes(district: District) -> int:
    return district_totals(district.session).certified_minutes


def test_an_entry_comes_back_under_its_number(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    [entry] = district.session.query(HourEntry).all()
    assert (str(entry.id), entry.local_number, entry.state, entry.version) == (
        fact.key,
        "H1",
        HourState.CERTIFIED,
        fact.version,
    )


def test_what_was_entered_again_before_it_came_back_counts_once(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    again = entered(district, "H1")
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(again.id): HourState.REVOKED}
    assert numbers(district) == {fact.key: "H1", str(again.id): None}
    assert "H1" in str(again.versions[-1].reason)
    event, data = district.said()[-1]
    assert (event.type, event.subject, event.recordversion) == (HOURS_REVOKED, str(again.id), again.version)
    assert data["credited_minutes"] == 0


def test_what_was_corrected_later_comes_back_as_corrected(district: District) -> None:
    """The hub gives back what it was told in the order in which it was, in more than one answer."""
    entry = entered(district, "H1")
    correct_to(district, entry, minutes=30)
    certified, corrected = [read_fact(event) for event, _ in district.said() if event.subject == str(entry.id)]
    lost(district)
    entered(district, "H1")
    for fact in (certified, corrected):
        restore_hours(district.session, "futian", [fact])
        district.session.commit()
    assert certified_minutes(district) == 30


def test_what_only_waits_for_a_coordinator_gives_way_to_what_is_certified(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    again = waiting(district, "H1")
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(again.id): HourState.REFUSED}
    assert len(district.said()) == told


@pytest.mark.parametrize("state", [HourState.SUBMITTED, HourState.CERTIFIED])
def test_an_undone_certification_gives_way_to_what_was_entered_again(district: District, state: HourState) -> None:
    undone = entered(district, "H1")
    undo_certification(district.session, undone, by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    fact = lost(district)
    again = entered_again(district, state)
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.REFUSED, str(again.id): state}
    assert again.local_number == "H1"
    assert len(district.said()) == told


@pytest.mark.parametrize("state", [HourState.SUBMITTED, HourState.CERTIFIED])
def test_what_a_coordinator_revoked_stays_revoked(district: District, state: HourState) -> None:
    revoked = entered(district, "H1")
    revoke(district.session, revoked, reason="never came", by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    fact = lost(district)
    again = entered_again(district, state)
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert certified_minutes(district) == 0
    assert numbers(district) == {fact.key: "H1", str(again.id): None}
    assert district.session.get_one(HourEntry, uuid.UUID(fact.key)).versions[-1].reason == "never came"
    if state is HourState.CERTIFIED:
        event, data = district.said()[-1]
        assert (event.type, event.subject, event.recordversion) == (HOURS_REVOKED, str(again.id), again.version)
        assert (data["credited_minutes"], data["month"]) == (0, "2026-03")
    else:
        assert (again.state, len(district.said())) == (HourState.REFUSED, told)


@pytest.mark.parametrize("state", [HourState.SUBMITTED, HourState.CERTIFIED])
def test_what_a_coordinator_corrected_counts_as_corrected(district: District, state: HourState) -> None:
    correct_to(district, entered(district, "H1"), minutes=30)
    fact = lost(district)
    again = entered_again(district, state)
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert certified_minutes(district) == 30
    assert numbers(district) == {fact.key: "H1", str(again.id): None}


def test_what_was_corrected_since_stays_as_it_is(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    again = entered(district, "H1")
    correct_to(district, again, minutes=30)
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.REVOKED, str(again.id): HourState.CERTIFIED}
    event, _ = district.said()[-1]
    assert (event.type, event.subject, event.recordversion) == (HOURS_REVOKED, fact.key, fact.version + 1)


def test_hours_come_back_of_whom_has_opened_another_registration(district: District) -> None:
    """Both were opened online, by one person; the first, with an entry, is given back when the second is there."""
    district.registration("W1", subject="somebody")
    certify(district.session, district.submitted(volunteer="W1"), by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    facts = everything_lost(district)
    district.registration("W2", subject="somebody")
    come_back(district, facts)
    subjects = {row.local_number: row.subject for row in district.session.query(Registration)}
    assert subjects == {"W1": "somebody", "W2": None}
    assert certified_minutes(district) == 60


def test_another_row_that_has_the_number_now_takes_nothing_away(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    other = entered(district, "H1", hours_ago=50)
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(other.id): HourState.CERTIFIED}


def test_hours_of_somebody_else_at_the_same_time_are_left_alone(district: District) -> None:
    """The register's numbers moved by a row: the number of the one who comes back is another volunteer's now."""
    entered(district, "H1")
    fact = lost(district)
    other = district.submitted(volunteer="W2")
    district.registration("W2", name="刘洋")
    other.local_number = "H1"
    certify(district.session, other, by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(other.id): HourState.CERTIFIED}
    assert numbers(district) == {fact.key: None, str(other.id): "H1"}
    assert len(district.said()) == told


@pytest.mark.parametrize("turned", [False, True])
def test_a_second_loss_leaves_the_same_entry_counting(district: District, turned: bool) -> None:
    correct_to(district, entered(district, "H1"), minutes=30)
    fact = lost(district)
    again = entered(district, "H1")
    revoke(district.session, again, reason="entered twice", by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert certified_minutes(district) == 30
    facts = everything_lost(district)
    come_back(district, facts[::-1] if turned else facts)
    assert certified_minutes(district) == 30


def test_entries_without_a_number_come_back_as_they_were(district: District) -> None:
    """Two wait for a coordinator in the backup, and one is not in it; all three were certified since."""
    waiting = [district.submitted(hours_ago=hours) for hours in (5, 10)]
    lost_entry = district.submitted(hours_ago=15)
    entries = [*waiting, lost_entry]
    for entry in entries:
        certify(district.session, entry, by="coordinator", at=NOW, settings=district.settings)
    district.session.commit()
    facts = [read_fact(event) for event, _ in district.said() if event.type == HOURS_CERTIFIED]
    keys = {str(entry.id) for entry in entries}
    for entry in waiting:
        entry.state, entry.version = HourState.SUBMITTED, 2
    district.session.execute(delete(HourEntryVersion))
    district.session.execute(delete(HourEntry).where(HourEntry.id == lost_entry.id))
    district.session.commit()
    told = len(district.said())
    restore_hours(district.session, "futian", facts)
    district.session.commit()
    assert states(district) == dict.fromkeys(keys, HourState.CERTIFIED)
    assert len(district.said()) == told


def test_a_volunteer_who_was_entered_again_has_the_number_where_they_were_first(district: District) -> None:
    first = str(district.registration("FT1").id)
    facts = everything_lost(district)
    again = district.registration("FT1")
    come_back(district, facts)
    assert registrations(district) == {first: "FT1", str(again.id): str(again.id)}


def test_a_number_that_is_somebody_elses_now_stays_theirs(district: District) -> None:
    first = str(district.registration("FT1").id)
    facts = everything_lost(district)
    other = district.registration("FT1", name="王芳")
    come_back(district, facts)
    assert registrations(district) == {first: first, str(other.id): "FT1"}


def test_a_second_loss_gives_everybody_the_same_number(district: District) -> None:
    """By then the hub knows both registrations under that number, and may give them back in any order."""
    first = str(district.registration("FT1").id)
    everything_lost(district)
    again = str(district.registration("FT1").id)
    facts = everything_lost(district)[::-1]
    come_back(district, facts)
    assert registrations(district) == {first: "FT1", again: again}


def test_the_next_import_finds_the_hours_that_came_back(registers: Registers) -> None:
    """Volunteers and hours were imported too early, and the register has been mended since."""
    facts = everything_lost(registers.district)
    registers.volunteers(volunteer())
    registers.hours(hour())
    come_back(registers.district, facts)
    assert registers.volunteers(volunteer()).refused == 0
    job = registers.hours(hour(minutes="50"))
    assert (job.changed, registers.codes(job)) == (1, [])
    assert certified_minutes(registers.district) == 50


def test_the_next_import_leaves_what_a_coordinator_did(registers: Registers) -> None:
    registers.hours(hour("H2", started_at="2026-02-02T09:00:00+08:00", ended_at="2026-02-02T10:00:00+08:00"))
    district = registers.district
    revoke(district.session, registers.entry("H1"), reason="never came", by="li", at=NOW, settings=district.settings)
    correct_to(district, registers.entry("H2"), minutes=30)
    facts = everything_lost(district)
    registers.volunteers(volunteer())
    lines = [hour("H1"), hour("H2", started_at="2026-02-02T09:00:00+08:00", ended_at="2026-02-02T10:00:00+08:00")]
    registers.hours(*lines)
    come_back(district, facts)
    assert certified_minutes(district) == 30
    job = registers.hours(*lines)
    assert (job.unchanged, certified_minutes(district)) == (2, 30)


def test_the_first_import_after_a_loss_leaves_what_a_coordinator_corrected(registers: Registers) -> None:
    """The hub does not know what the register said; from the first import on the district knows it again."""
    correct_to(registers.district, registers.entry(), minutes=30)
    come_back(registers.district, everything_lost(registers.district))
    job = registers.hours(hour())
    assert (job.unchanged, registers.codes(job)) == (1, ["corrected_here"])
    assert certified_minutes(registers.district) == 30
    job = registers.hours(hour(minutes="45"))
    assert (job.changed, certified_minutes(registers.district)) == (1, 45)


def test_the_first_import_after_a_loss_leaves_what_was_corrected_in_other_than_the_time(registers: Registers) -> None:
    district, entry = registers.district, registers.entry()
    shift = Shift(entry.started_at, entry.ended_at, entry.raw_minutes)
    service = Service(entry.organization_id, "护老", entry.field)
    correct(district.session, entry, shift, service=service, reason="other work", by="li", at=NOW, settings=district.settings)
    district.session.commit()
    come_back(district, everything_lost(district))
    job = registers.hours(hour())
    assert (job.unchanged, registers.codes(job)) == (1, ["corrected_here"])
    assert registers.entry().activity == "护老"
