"""What does the hub hear of an hour entry?"""

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.hours import HOURS_REVOKED, HourEntryState
from sync.mailbox.announcing import announcement, remember
from tenants.hours.models import HourEntry


def announce_hours(session: Session, district: str, event_type: str, entry: HourEntry, *, month: str) -> None:
    """Tells the hub the entry as it stands by its last version, with the `month` in which it is to count (`HourEntryState`)."""
    revoked = event_type == HOURS_REVOKED
    last = entry.versions[-1]
    state = HourEntryState(
        entry_id=str(entry.id),
        registration_id=str(entry.registration_id),
        organization_id=str(entry.organization_id),
        activity=entry.activity,
        field=entry.field,
        month=month,
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        raw_minutes=entry.raw_minutes,
        credited_minutes=0 if revoked else entry.credited_minutes,
        certified_by=last.actor,
        reason=last.reason,
        local_number=entry.local_number,
        recorded_by=entry.recorded_by,
    )
    said = announcement(type=event_type, key=state.entry_id, version=entry.version, data=state)
    remember(session, streams.up(district), said)
