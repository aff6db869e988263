"""How much of what this district said has the hub, and how much of the hub's words has this district?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync import streams
from sync.mailbox.recovery import Comparing, Step, read_step
from sync.messages.beacon import Verdict
from tenants.joining.models import ACTIVE, Membership
from tenants.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor, StreamHead

# Ten beacons at their usual interval: a restart or a short interruption is over by then.
SILENCE = timedelta(minutes=5)


class StandingState(StrEnum):
    """What there is to say first about how this district and the hub are alike; the hub has the same words."""

    SUSPENDED = "suspended"
    LEFT = "left"
    RECOVERING = "recovering"
    FORKED = "forked"
    PARKED = "parked"
    DIFFERS = "differs"
    UNHEARD = "unheard"
    SILENT = "silent"
    BEHIND = "behind"
    EQUAL = "equal"


@dataclass(frozen=True)
class Standing:
    """Both streams as this side knows them at the moment `at`. The hub has everything where `hub_has` equals `head`.

    `step` says how far this side is with coming back from a loss, or with comparing. Of the hub's words `proven_at` is the last
    moment at which the records of both sides were compared and equal. `membership` is how the hub holds it with this district:
    what a suspended one says is refused there.
    """

    at: datetime
    epoch: int
    head: int
    hub_has: int
    hub_heard_at: datetime | None
    hub_verdict: str | None
    step: Step | None
    compared_at: datetime | None
    hub_head: int
    applied: int
    as_of: datetime | None
    proven_at: datetime | None
    differs_since: datetime | None
    parked: int
    quarantined: int
    membership: str
    membership_reason: str | None

    @property
    def equal(self) -> bool:
        """Whether the hub has all that was said here, as far as it has answered not long ago."""
        return self.state is StandingState.EQUAL

    @property
    def waiting(self) -> int:
        """How many events the hub has not confirmed."""
        return self.head - self.hub_has

    @property
    def state(self) -> StandingState:
        """What a person has to look at comes first."""
        heard_at = self.hub_heard_at
        holds = {
            StandingState.SUSPENDED: self.membership == StandingState.SUSPENDED,
            StandingState.LEFT: self.membership == StandingState.LEFT,
            StandingState.RECOVERING: self.step is not None and not isinstance(self.step, Comparing),
            StandingState.FORKED: self.hub_verdict in (Verdict.FORK, Verdict.STALE),
            StandingState.PARKED: self.parked > 0,
            StandingState.DIFFERS: self.hub_verdict == Verdict.DIFFERS or self.differs_since is not None,
            StandingState.UNHEARD: heard_at is None,
            StandingState.SILENT: heard_at is not None and self.at - heard_at > SILENCE,
            StandingState.BEHIND: self.waiting > 0,
        }
        return next((state for state, is_so in holds.items() if is_so), StandingState.EQUAL)


def standing(session: Session, district: str, *, at: datetime) -> Standing:
    """Where the two streams stand at the moment `at`; all zero before the district was set up."""
    head = session.get(StreamHead, streams.up(district))
    cursor = session.get(StreamCursor, streams.down(district))
    membership = session.get(Membership, district)
    return Standing(
        at=at,
        epoch=head.epoch if head else 0,
        head=head.sequence if head else 0,
        hub_has=head.peer_sequence if head else 0,
        hub_heard_at=head.peer_heard_at if head else None,
        hub_verdict=head.peer_verdict if head else None,
        step=read_step(head.recovery) if head else None,
        compared_at=head.compared_at if head else None,
        hub_head=cursor.head_sequence if cursor else 0,
        applied=cursor.sequence if cursor else 0,
        as_of=cursor.as_of if cursor else None,
        proven_at=cursor.proven_at if cursor else None,
        differs_since=cursor.differs_since if cursor else None,
        parked=session.execute(select(func.count()).select_from(ParkedRecord)).scalar_one(),
        quarantined=session.execute(select(func.count()).select_from(QuarantinedMessage)).scalar_one(),
        membership=membership.state if membership else ACTIVE,
        membership_reason=membership.reason if membership else None,
    )
