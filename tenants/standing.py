"""How much of what this district said has the hub, and how much of the hub's words has this district?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync import streams
from tenants.joining.models import ACTIVE, Membership
from tenants.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor, StreamHead


@dataclass(frozen=True)
class Standing:
    """Both streams as this side knows them. The hub has everything where `hub_has` equals `head`.

    `membership` is how the hub holds it with this district: what a suspended one says is refused there.
    """

    epoch: int
    head: int
    hub_has: int
    hub_heard_at: datetime | None
    hub_verdict: str | None
    hub_head: int
    applied: int
    as_of: datetime | None
    parked: int
    quarantined: int
    membership: str
    membership_reason: str | None

    @property
    def equal(self) -> bool:
        """Whether the hub has all that was said here, as far as it has answered."""
        return self.head == self.hub_has


def standing(session: Session, district: str) -> Standing:
    """Where the two streams stand; all zero before the district was set up."""
    head = session.get(StreamHead, streams.up(district))
    cursor = session.get(StreamCursor, streams.down(district))
    membership = session.get(Membership, district)
    return Standing(
        epoch=head.epoch if head else 0,
        head=head.sequence if head else 0,
        hub_has=head.peer_sequence if head else 0,
        hub_heard_at=head.peer_heard_at if head else None,
        hub_verdict=head.peer_verdict if head else None,
        hub_head=cursor.head_sequence if cursor else 0,
        applied=cursor.sequence if cursor else 0,
        as_of=cursor.as_of if cursor else None,
        parked=session.execute(select(func.count()).select_from(ParkedRecord)).scalar_one(),
        quarantined=session.execute(select(func.count()).select_from(QuarantinedMessage)).scalar_one(),
        membership=membership.state if membership else ACTIVE,
        membership_reason=membership.reason if membership else None,
    )
