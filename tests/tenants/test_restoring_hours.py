"""Do hours come back once, whatever was entered in the meantime?"""

from datetime import timedelta

from sqlalchemy import delete

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_REVOKED
from sync.mailbox.facts import Fact, read_fact
from tenants.hours.certifying import certify, undo_certification
from tenants.hours.models import HourEntry, HourEntryVersion, HourState
from tenants.hours.restoring import restore_hours
from tests.support.district import NOW, District


def entered(district: District, number: str) -> HourEntry:
    """An entry of a register, which a coordinator has certified."""
    entry = district.submitted()
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


def test_what_waited_in_the_queue_does_not_wait_there_twice(district: District) -> None:
    entry = entered(district, "H1")
    undo_certification(district.session, entry, by="coordinator", at=NOW + timedelta(minutes=1), settings=district.settings)
    district.session.commit()
    fact = lost(district)
    assert fact.type != HOURS_CERTIFIED
    entered(district, "H1")
    told = len(district.said())
    restore_hours(district.session, "futian", [fact])
    district.session.commit()
    states = {str(entry.id): entry.state for entry in district.session.query(HourEntry)}
    assert states.pop(fact.key) is HourState.REFUSED
    assert list(states.values()) == [HourState.CERTIFIED]
    assert len(district.said()) == told
