"""Do hours come back once, whatever was entered in the meantime?"""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_REVOKED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.mailbox.facts import Fact, read_fact
from tenants.hours.certifying import certify, correct, revoke, undo_certification
from tenants.hours.models import HourEntry, HourEntryVersion, HourState
from tenants.hours.restoring import restore_hours
from tenants.hours.rules import Shift
from tenants.hours.totals import district_totals
from tenants.registrations.models import Registration
from tenants.registrations.restoring import restore_registrations
from tests.support.district import NOW, District


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
    again = entered(district, "H1") if state is HourState.CERTIFIED else waiting(district, "H1")
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
    again = entered(district, "H1") if state is HourState.CERTIFIED else waiting(district, "H1")
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
    again = entered(district, "H1") if state is HourState.CERTIFIED else waiting(district, "H1")
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


def test_another_row_that_has_the_number_now_takes_nothing_away(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    other = entered(district, "H1", hours_ago=50)
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(other.id): HourState.CERTIFIED}


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


def test_a_volunteer_who_was_entered_again_has_both_registrations(district: District) -> None:
    district.registration("FT1")
    [event] = [event for event, _ in district.said() if event.type == REGISTRATION_RECORDED]
    district.session.execute(delete(Registration))
    district.session.commit()
    again = district.registration("FT1")
    restore_registrations(district.session, "futian", [read_fact(event)])
    district.session.commit()
    numbers = {str(row.id): row.local_number for row in district.session.query(Registration)}
    assert numbers == {str(again.id): "FT1", event.subject: event.subject}
