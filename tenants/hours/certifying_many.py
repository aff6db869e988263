"""How are many entries certified in one act, and taken back in one?

All entries of one act carry the same moment and the same actor; that is how the act is found again to undo it.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tenants.hours.certifying import certify, undo_certification
from tenants.hours.models import HourEntry, HourState
from tenants.settings import Settings

MOST_AT_ONCE = 2000


@dataclass(frozen=True)
class Outcome:
    """What one act on many did: entries and minutes, and entries left alone because the actor recorded them."""

    entries: int
    minutes: int
    own_entries: int = 0


def certify_many(session: Session, entries: Iterable[HourEntry], *, by: str, at: datetime, settings: Settings) -> Outcome:
    """Stands by all of `entries` but those that `by` recorded: two pairs of eyes see every hour."""
    entries = list(entries)
    others = [entry for entry in entries if entry.recorded_by != by]
    for entry in others:
        certify(session, entry, by=by, at=at, settings=settings)
    return Outcome(len(others), sum(entry.credited_minutes for entry in others), len(entries) - len(others))


def undo_many(
    session: Session,
    organizations: Collection[uuid.UUID],
    *,
    certified_at: datetime,
    by: str,
    at: datetime,
    settings: Settings,
) -> Outcome:
    """Puts back into the queue what `by` certified in `organizations` at that moment, except what was changed since."""
    query = select(HourEntry).where(
        HourEntry.state == HourState.CERTIFIED,
        HourEntry.organization_id.in_(organizations),
        HourEntry.certified_by == by,
        HourEntry.changed_at == certified_at,
    )
    entries = session.scalars(query.options(selectinload(HourEntry.versions)).with_for_update(of=HourEntry)).all()
    for entry in entries:
        undo_certification(session, entry, by=by, at=at, settings=settings)
    return Outcome(len(entries), sum(entry.credited_minutes for entry in entries))
