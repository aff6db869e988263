"""How does a district get hour entries back that it lost?

The hub gives back what it was told. Drafts and submitted entries it never heard of, so those are gone with the backup that
was put back; the run-book says so. A register that was imported again before that has entered some of them a second time: of
two entries of one row one counts at most, and the hub is told.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.mailbox.facts import Fact
from tenants.hours.announcing import announce_hours
from tenants.hours.models import HourAct, HourEntry, HourState, Service
from tenants.hours.rules import overlap
from tenants.registrations.models import Registration

_BY = "recovery"
_ACTS = {HOURS_CERTIFIED: HourAct.CERTIFIED, HOURS_CORRECTED: HourAct.CORRECTED}


def restore_hours(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Brings hour entries (`HourEntryState`) to the state that the hub holds, with that state as the last of their history.

    An entry whose number is another row's by now comes back without it.
    """
    ids = {uuid.UUID(fact.key) for fact in facts}
    numbers = {fact.data.local_number for fact in facts if fact.data.local_number is not None}
    found = session.scalars(select(HourEntry).where(HourEntry.id.in_(ids) | HourEntry.local_number.in_(numbers))).all()
    entries = {entry.id: entry for entry in found}
    numbered = {entry.local_number: entry for entry in found if entry.local_number is not None}
    for fact in facts:
        entry = entries.get(uuid.UUID(fact.key)) or HourEntry(id=uuid.UUID(fact.key), version=0)
        if entry.version >= fact.version:
            continue
        number = fact.data.local_number
        other = numbered.get(number, entry)
        if other is entry:
            _restore(entry, fact, local_number=number)
        elif _is_of_one_row(session, other, fact):
            _let_one_count(session, district, entry, other, fact)
        else:
            _restore(entry, fact, local_number=None)
        session.add(entry)
        entries[entry.id] = entry
        if entry.local_number is not None:
            numbered[entry.local_number] = entry


def _is_of_one_row(session: Session, other: HourEntry, fact: Fact) -> bool:
    """Whether what comes back is of the same shift and name as `other`: a register may have given the number to another row."""
    registration = session.get(Registration, uuid.UUID(fact.data.registration_id))
    is_of_one_name = registration is not None and registration.name == other.registration.name
    return is_of_one_name and overlap((fact.data.started_at, fact.data.ended_at), (other.started_at, other.ended_at))


def _let_one_count(session: Session, district: str, entry: HourEntry, other: HourEntry, fact: Fact) -> None:
    """Restores an entry beside another of the same row, which was entered since. One of the two counts at most.

    What comes back takes its place again, with its number and with what the register said last, so that the next import finds
    what a coordinator made of the row. That holds for a mere certification, too: a correction or a revocation of the same entry
    may come back only with the hub's next answer.
    """
    number, month = fact.data.local_number, fact.data.month
    # Ids grow, so what was entered since has the greater one.
    if entry.id > other.id or _gives_way(fact, other):
        _restore(entry, fact, local_number=None)
        _withdraw(session, district, entry, reason=f"Entered again as {number} before this entry came back", month=month)
        return
    digest, other.local_number, other.register_digest = other.register_digest, None, None
    # The two begin in one month or, where a correction is in between, in two; what is revoked counts in neither.
    _withdraw(session, district, other, reason=f"The entry came back that was {number} before this one", month=month)
    # Now nobody has the number.
    session.flush()
    _restore(entry, fact, local_number=number)
    entry.register_digest = digest


def _gives_way(fact: Fact, other: HourEntry) -> bool:
    """Whether `other` stands: of what comes back the certification was undone, or `other` alone was looked into again."""
    act, _ = _what_happened(fact)
    if act is HourAct.CERTIFIED:
        return other.versions[-1].act in (HourAct.CORRECTED, HourAct.REVOKED)
    return act is HourAct.UNDONE


def _withdraw(session: Session, district: str, entry: HourEntry, *, reason: str, month: str) -> None:
    """Lets the entry count no more, whether it waits or is certified; only in that case has the hub heard of it."""
    at = datetime.now(UTC)
    if entry.state is HourState.SUBMITTED:
        entry.refuse(reason=reason, by=_BY, at=at)
    elif entry.state is HourState.CERTIFIED:
        entry.revoke(reason=reason, by=_BY, at=at)
        announce_hours(session, district, HOURS_REVOKED, entry, month=month)


def _restore(entry: HourEntry, fact: Fact, *, local_number: str | None) -> None:
    data = fact.data
    entry.local_number = local_number
    entry.registration_id = uuid.UUID(data.registration_id)
    entry.describe(Service(uuid.UUID(data.organization_id), data.activity, data.field))
    entry.started_at, entry.ended_at = data.started_at, data.ended_at
    act, state = _what_happened(fact)
    entry.raw_minutes = data.raw_minutes
    # What waits in the queue again is worth what was served; the event only says that it does not count now.
    entry.credited_minutes = data.raw_minutes if state is HourState.SUBMITTED else data.credited_minutes
    entry.recorded_by = data.recorded_by or data.certified_by
    entry.come_back(act, state, version=fact.version, by=data.certified_by, at=fact.time, reason=data.reason)


def _what_happened(fact: Fact) -> tuple[HourAct, HourState]:
    """What a district announced by this event. Only a revocation has a reason; without one a certification was undone."""
    if fact.type in _ACTS:
        return _ACTS[fact.type], HourState.CERTIFIED
    return (HourAct.REVOKED, HourState.REVOKED) if fact.data.reason else (HourAct.UNDONE, HourState.SUBMITTED)
