"""How much of what each district said has the hub?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from federation.directory.models import District, DistrictKey, DistrictState
from federation.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor
from sync import streams
from sync.messages.beacon import Verdict

# Ten beacons at their usual interval: a restart or a short interruption is over by then.
SILENCE = timedelta(minutes=5)


class StandingState(StrEnum):
    """What there is to say first about a district's stream; what needs a person most stands first."""

    FORKED = "forked"
    PARKED = "parked"
    DIFFERS = "differs"
    RECOVERING = "recovering"
    SILENT = "silent"
    BEHIND = "behind"
    UNHEARD = "unheard"
    EQUAL = "equal"
    SUSPENDED = "suspended"
    LEFT = "left"

    @property
    def urgency(self) -> int:
        """The place among all states, 0 for the one that needs a person most."""
        return list(StandingState).index(self)


@dataclass(frozen=True)
class Standing:
    """A district's stream as the hub knows it at the moment `at`.

    `as_of` is the moment up to which the hub has all that was recorded there; `proven_at` the last at which the records of
    both were compared and equal, and `differs_since` when they began not to be. Nothing is taken from an epoch at or below
    `fence`. `key_since` is the beginning of the newest key by which the district may sign, `parked_since` when the oldest
    event was parked.
    """

    at: datetime
    district: str
    name: str
    region_code: str
    part: DistrictState
    epoch: int
    fence: int
    applied: int
    head: int
    verdict: str | None
    as_of: datetime | None
    heard_at: datetime | None
    proven_at: datetime | None
    differs_since: datetime | None
    parked: int
    parked_since: datetime | None
    quarantined: int
    key_since: datetime | None

    @property
    def takes_part(self) -> bool:
        """Whether more is to come: what a district said that has left is whole for good."""
        return self.part is not DistrictState.LEFT

    @property
    def behind(self) -> int:
        """How many events the district has recorded, as far as it has said, that the hub has not taken."""
        return self.head - self.applied

    @property
    def state(self) -> StandingState:
        """What a person has to look at comes first; of a silent district nobody knows how far behind the hub is."""
        holds = {
            StandingState.LEFT: self.part is DistrictState.LEFT,
            StandingState.SUSPENDED: self.part is DistrictState.SUSPENDED,
            StandingState.UNHEARD: self.heard_at is None,
            # Before a fork: until the district has been given back what it lost, it cannot but tell another history.
            StandingState.RECOVERING: self.verdict == Verdict.STALE or 0 < self.epoch <= self.fence,
            StandingState.FORKED: self.verdict == Verdict.FORK,
            # Before a difference, which it makes.
            StandingState.PARKED: self.parked > 0,
            StandingState.DIFFERS: self.differs_since is not None,
            StandingState.SILENT: self.heard_at is not None and self.at - self.heard_at > SILENCE,
            StandingState.BEHIND: self.behind > 0,
            StandingState.EQUAL: self.as_of is not None,
        }
        return next((state for state, is_so in holds.items() if is_so), StandingState.UNHEARD)

    @property
    def since(self) -> datetime | None:
        """Since when there is the trouble that the state names; None where there is none, or nobody knows."""
        moments = {
            StandingState.PARKED: self.parked_since,
            StandingState.DIFFERS: self.differs_since,
            StandingState.SILENT: self.heard_at,
            StandingState.FORKED: self.as_of,
            StandingState.RECOVERING: self.as_of,
            StandingState.BEHIND: self.as_of,
        }
        return moments.get(self.state)

    @property
    def equal(self) -> bool:
        """Whether all that the district recorded has its effect here, as far as it said not long ago."""
        return self.state is StandingState.EQUAL


def standings(session: Session, *, at: datetime) -> list[Standing]:
    """Every district's stream at the moment `at`, by the district's code."""
    return [Standing(at, *row) for row in session.execute(_query(at).order_by(District.code))]


def standing_of(session: Session, code: str, *, at: datetime) -> Standing | None:
    """The stream of the district of this code at the moment `at`; None where there is no such district."""
    row = session.execute(_query(at).where(District.code == code)).one_or_none()
    return None if row is None else Standing(at, *row)


def _query(at: datetime) -> Select[*tuple[Any, ...]]:
    cursor, key = StreamCursor, DistrictKey
    counts = (key.not_before <= at) & or_(key.not_after.is_(None), key.not_after > at)
    return select(
        District.code,
        District.name,
        District.region_code,
        District.state,
        cursor.epoch,
        cursor.fence,
        cursor.sequence,
        cursor.head_sequence,
        cursor.verdict,
        cursor.as_of,
        cursor.heard_at,
        cursor.proven_at,
        cursor.differs_since,
        _one(func.count(), ParkedRecord.stream == cursor.stream),
        _one(func.min(ParkedRecord.parked_at), ParkedRecord.stream == cursor.stream),
        _one(func.count(), QuarantinedMessage.claimed_stream.in_(_streams_of(District.code))),
        _one(func.max(key.not_before), (key.district == District.code) & counts),
    ).join(cursor, cursor.stream == District.code + streams.up(""))


def _one(value: Any, where: Any) -> ScalarSelect[Any]:
    return select(value).where(where).correlate(District, StreamCursor).scalar_subquery()


def _streams_of(code: Any) -> tuple[Any, Any]:
    """The names of both streams, in SQL: a name is the code and what both directions are called without one."""
    return code + streams.up(""), code + streams.down("")
