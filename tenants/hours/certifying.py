"""How does a district stand by hours, and take its word back?

Every act that changes what the city may count is told to the hub as the entry's whole new state.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from tenants.hours.announcing import announce_hours
from tenants.hours.models import HourEntry, Service
from tenants.hours.recording import hold_time
from tenants.hours.rules import Shift
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
    month = f"{entry.started_at.astimezone(settings.time_zone):%Y-%m}"
    announce_hours(session, settings.district, event_type, entry, month=month)
