"""Do hours come back once, whatever was entered in the meantime?"""

from sqlalchemy import delete

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_REVOKED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.mailbox.facts import Fact, read_fact
from tenants.hours.certifying import certify
from tenants.hours.models import HourEntry, HourEntryVersion, HourState
from tenants.hours.restoring import restore_hours
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


def lost(district: District) -> Fact:
    """What the city knows of the only entry, which the district's backup does not have."""
    [event] = [event for event, _ in district.said() if event.subject == str(district.session.query(HourEntry).one().id)][-1:]
    for model in (HourEntryVersion, HourEntry):
        district.session.execute(delete(model))
    district.session.commit()
    return read_fact(event)


def states(district: District) -> dict[str, HourState]:
    return {str(entry.id): entry.state for entry in district.session.query(HourEntry)}


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
    entries = {str(entry.id): entry for entry in district.session.query(HourEntry)}
    back = entries[fact.key]
    assert (entries[str(again.id)].local_number, entries[str(again.id)].state) == ("H1", HourState.CERTIFIED)
    assert (back.local_number, back.state) == (None, HourState.REVOKED)
    assert "H1" in str(back.versions[-1].reason)
    event, data = district.said()[-1]
    assert (event.type, event.subject, event.recordversion) == (HOURS_REVOKED, fact.key, fact.version + 1)
    assert data["credited_minutes"] == 0


def test_what_only_waits_for_a_coordinator_gives_way_to_what_is_certified(district: District) -> None:
    entered(district, "H1")
    fact = lost(district)
    again = district.submitted()
    again.local_number = "H1"
    district.session.commit()
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    assert states(district) == {fact.key: HourState.CERTIFIED, str(again.id): HourState.REFUSED}
    assert len(district.said()) == told


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
