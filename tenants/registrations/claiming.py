"""What does a district say when the hub may have lost which volunteer IDs it assigned?"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from sync.mailbox.announcing import Announcement, announcement
from sync.mailbox.facts import Fact
from sync.mailbox.log import Log
from tenants.registrations.models import Registration

_AT_ONCE = 1_000


def claim_volunteer_ids(session: Session, stream: str, *, log: Log) -> None:
    """Tells the hub, whose `stream` begins anew, every volunteer ID that a registration here has: people were shown it."""
    up = streams.up(streams.district_of(stream))
    column = Registration
    # One that the hub has not confirmed came with the person, and goes with the registration.
    assigned = (column.volunteer_id.is_not(None), column.volunteer_id_version > 0)
    held = select(column.id, column.volunteer_id, column.volunteer_id_version).where(*assigned).order_by(column.id)
    for rows in session.execute(held).partitions(_AT_ONCE):
        log.append(session, up, [_claim(row) for row in rows])


def restore_claims(_session: Session, _district: str, _facts: Sequence[Fact]) -> None:
    """Lets claims that were lost stand again as they were said; the IDs themselves come back from the hub's stream."""


def _claim(held: Any) -> Announcement:
    claimed = VolunteerIdState(registration_id=str(held.id), volunteer_id=held.volunteer_id)
    return announcement(type=VOLUNTEER_ID_CLAIMED, key=claim_key(claimed), version=held.volunteer_id_version, data=claimed)
