"""How does a district get hour entries back that it lost?

The hub gives back what it was told. Drafts and submitted entries it never heard of, so those are gone with the backup that
was put back; the run-book says so.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED
from sync.mailbox.facts import Fact
from tenants.hours.models import HourAct, HourEntry, HourState, Service

_ACTS = {HOURS_CERTIFIED: HourAct.CERTIFIED, HOURS_CORRECTED: HourAct.CORRECTED}


def restore_hours(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Brings hour entries (`HourEntryState`) to the state that the hub holds, with that state as the last of their history."""
    ids = {uuid.UUID(fact.key) for fact in facts}
    held = {entry.id: entry for entry in session.scalars(select(HourEntry).where(HourEntry.id.in_(ids)))}
    for fact in facts:
        entry = held.get(uuid.UUID(fact.key)) or HourEntry(id=uuid.UUID(fact.key), version=0)
        if entry.version < fact.version:
            _restore(entry, fact)
            session.add(entry)


def _restore(entry: HourEntry, fact: Fact) -> None:
    data = fact.data
    entry.local_number = data.local_number
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
