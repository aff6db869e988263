"""How much of what each district said has the hub?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.directory.models import District
from federation.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor
from sync import streams
from sync.beacon import Verdict

# Ten beacons at their usual interval: a restart or a short interruption is over by then.
SILENCE = timedelta(minutes=5)


class StandingState(StrEnum):
    """What there is to say first about a district's stream."""

    FORKED = "forked"
    UNHEARD = "unheard"
    PARKED = "parked"
    SILENT = "silent"
    BEHIND = "behind"
    EQUAL = "equal"


@dataclass(frozen=True)
class Standing:
    """A district's stream as the hub knows it at the moment `at`.

    `as_of` is the moment up to which the hub has all that was recorded there.
    """

    district: str
    name: str
    region_code: str
    epoch: int
    applied: int
    head: int
    verdict: str | None
    as_of: datetime | None
    heard_at: datetime | None
    parked: int
    quarantined: int
    at: datetime

    @property
    def behind(self) -> int:
        """How many events the district has recorded, as far as it has said, that the hub has not taken."""
        return self.head - self.applied

    @property
    def state(self) -> StandingState:
        """What a person has to look at comes first; of a silent district nobody knows how far behind the hub is."""
        if self.verdict == Verdict.FORK:
            return StandingState.FORKED
        if self.heard_at is None:
            return StandingState.UNHEARD
        if self.parked:
            return StandingState.PARKED
        if self.at - self.heard_at > SILENCE:
            return StandingState.SILENT
        if self.behind:
            return StandingState.BEHIND
        return StandingState.EQUAL if self.as_of else StandingState.UNHEARD

    @property
    def equal(self) -> bool:
        """Whether all that the district recorded has its effect here, as far as it said not long ago."""
        return self.state is StandingState.EQUAL


def standings(session: Session, *, at: datetime) -> list[Standing]:
    """Every district's stream at the moment `at`, by the district's code."""
    cursor = StreamCursor
    query = (
        select(
            District.code,
            District.name,
            District.region_code,
            cursor.epoch,
            cursor.sequence,
            cursor.head_sequence,
            cursor.verdict,
            cursor.as_of,
            cursor.heard_at,
            _count(ParkedRecord.stream),
            _count(QuarantinedMessage.claimed_stream),
        )
        .join(cursor, cursor.stream == District.code + streams.up(""))
        .order_by(District.code)
    )
    return [Standing(*row, at) for row in session.execute(query)]


def _count(stream: InstrumentedAttribute[Any]) -> ScalarSelect[int]:
    return select(func.count()).where(stream == StreamCursor.stream).correlate(StreamCursor).scalar_subquery()
