"""How does a district get hour entries back that it lost?

The hub gives back what it was told. Drafts and submitted entries it never heard of, so those are gone with the backup that
was put back; the run-book says so. A register that was imported again before that has entered some of them a second time: of
two entries of one row one counts, and the hub is told.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.mailbox.announcing import announcement, remember
from sync.mailbox.facts import Fact
from tenants.hours.models import HourAct, HourEntry, HourState, Service

_BY = "recovery"
_ACTS = {HOURS_CERTIFIED: HourAct.CERTIFIED, HOURS_CORRECTED: HourAct.CORRECTED}


def restore_hours(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Brings hour entries (`HourEntryState`) to the state that the hub holds, with that state as the last of their history.

    An entry whose number is another's by now comes back without it.
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
        _restore(entry, fact, local_number=number if other is entry else None)
        session.add(entry)
        entries[entry.id] = entry
        if other is not entry and _are_one(entry, other):
            _let_one_count(session, district, entry, other, fact)
        elif number is not None:
            numbered.setdefault(number, entry)


def _are_one(one: HourEntry, other: HourEntry) -> bool:
    """Whether two entries of one number are of the same shift: a register may have given the number to another row."""
    return one.started_at < other.ended_at and other.started_at < one.ended_at


def _let_one_count(session: Session, district: str, entry: HourEntry, other: HourEntry, fact: Fact) -> None:
    """Of an entry that has come back and another of the same row one counts at most: of both what the hub was told of last."""
    reason = f"Entered again as {fact.data.local_number} before this entry came back"
    at = datetime.now(UTC)
    if entry.state is HourState.CERTIFIED and other.state is HourState.CERTIFIED:
        entry.revoke(reason=reason, by=_BY, at=at)
        said = msgspec.structs.replace(fact.data, credited_minutes=0, reason=reason, certified_by=_BY, local_number=None)
        told = announcement(type=HOURS_REVOKED, key=fact.key, version=entry.version, data=said)
        remember(session, streams.up(district), told)
    elif entry.state is HourState.CERTIFIED and other.state is HourState.SUBMITTED:
        other.refuse(reason=f"An entry of {fact.data.local_number} has come back that is certified", by=_BY, at=at)


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
