"""What does a district say when the hub may have lost which volunteer IDs it assigned?"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState
from sync.mailbox.announcing import announcement
from sync.mailbox.facts import Fact
from sync.mailbox.log import Log
from tenants.registrations.models import Registration

_AT_ONCE = 1_000


def claim_volunteer_ids(session: Session, stream: str, *, log: Log) -> None:
    """Tells the hub, whose `stream` begins anew, every volunteer ID that a registration here has: people were shown it."""
    up = streams.up(streams.district_of(stream))
    row = Registration
    # One that the hub has not confirmed came with the person, and goes with the registration.
    assigned = (row.volunteer_id.is_not(None), row.volunteer_id_version > 0)
    held = select(row.id, row.volunteer_id, row.volunteer_id_version).where(*assigned).order_by(row.id)
    for claims in session.execute(held).partitions(_AT_ONCE):
        said = [
            announcement(
                type=VOLUNTEER_ID_CLAIMED,
                key=str(claim.id),
                version=claim.volunteer_id_version,
                data=VolunteerIdState(registration_id=str(claim.id), volunteer_id=claim.volunteer_id),
            )
            for claim in claims
        ]
        log.append(session, up, said)


def restore_claims(_session: Session, _district: str, _facts: Sequence[Fact]) -> None:
    """Lets claims that were lost stand again as they were said; the IDs themselves come back from the hub's stream."""
