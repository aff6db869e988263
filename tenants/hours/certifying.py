"""How does a district stand by hours, and take its word back?

Every act that changes what the city may count is told to the hub as the entry's whole new state.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED, HourEntryState
from tenants.hours.models import HourEntry, Service
from tenants.hours.recording import hold_time
from tenants.hours.rules import Shift
from tenants.mailbox import log
from tenants.settings import Settings


def certify(session: Session, entry: HourEntry, *, by: str, at: datetime, settings: Settings) -> None:
    """Stands by a submitted entry."""
    entry.certify(by=by, at=at)
    _tell(session, HOURS_CERTIFIED, entry, settings)


def undo_certification(session: Session, entry: HourEntry, *, by: str, at: datetime, settings: Settings) -> None:
    """Puts an entry that was certified by mistake back into the queue."""
    entry.undo_certification(by=by, at=at)
    _tell(session, HOURS_REVOKED, entry, settings)


def refuse(entry: HourEntry, *, reason: str, by: str, at: datetime) -> None:
    """Declines a submitted entry; the hub never heard of it."""
    entry.refuse(reason=reason, by=by, at=at)


def correct(
    session: Session,
    entry: HourEntry,
    shift: Shift,
    *,
    reason: str,
    by: str,
    at: datetime,
    settings: Settings,
    service: Service | None = None,
) -> None:
    """Replaces the time of a certified entry, and what was served where that is given.

    Raises `Invalid` where the new time overlaps another entry.
    """
    hold_time(session, entry.registration_id, shift, but=entry)
    entry.correct(shift, reason=reason, by=by, at=at, service=service)
    _tell(session, HOURS_CORRECTED, entry, settings)


def revoke(session: Session, entry: HourEntry, *, reason: str, by: str, at: datetime, settings: Settings) -> None:
    """Withdraws a certification."""
    entry.revoke(reason=reason, by=by, at=at)
    _tell(session, HOURS_REVOKED, entry, settings)


def _tell(session: Session, event_type: str, entry: HourEntry, settings: Settings) -> None:
    revoked = event_type == HOURS_REVOKED
    last = entry.versions[-1]
    state = HourEntryState(
        entry_id=str(entry.id),
        registration_id=str(entry.registration_id),
        organization_id=str(entry.organization_id),
        activity=entry.activity,
        field=entry.field,
        month=f"{entry.started_at.astimezone(settings.time_zone):%Y-%m}",
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        raw_minutes=entry.raw_minutes,
        credited_minutes=0 if revoked else entry.credited_minutes,
        certified_by=last.actor,
        reason=last.reason,
        local_number=entry.local_number,
        recorded_by=entry.recorded_by,
    )
    log.announce(session, streams.up(settings.district), type=event_type, key=state.entry_id, version=entry.version, data=state)
