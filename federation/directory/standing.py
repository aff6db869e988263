"""How much of what each district said has the hub?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.directory.models import District
from federation.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor
from sync import streams
from sync.beacon import Verdict


@dataclass(frozen=True)
class Standing:
    """A district's stream as the hub knows it. `as_of` is the moment up to which the hub has all that was recorded there."""

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

    @property
    def behind(self) -> int:
        """How many events the district has recorded, as far as it has said, that the hub has not taken."""
        return self.head - self.applied

    @property
    def equal(self) -> bool:
        """Whether all that the district recorded has its effect here, as far as it has said."""
        return self.as_of is not None and self.behind == 0 and self.parked == 0 and self.verdict != Verdict.FORK

    def describe(self) -> str:
        """The state in one or two words."""
        if self.verdict == Verdict.FORK:
            return "forked"
        if self.as_of is None and self.head == 0:
            return "not heard of"
        if self.behind:
            return f"behind by {self.behind}"
        return "equal" if self.equal else "parked"


def standings(session: Session) -> list[Standing]:
    """Every district's stream, by the district's code."""
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
    return [Standing(*row) for row in session.execute(query)]


def _count(stream: InstrumentedAttribute[Any]) -> ScalarSelect[int]:
    return select(func.count()).where(stream == StreamCursor.stream).correlate(StreamCursor).scalar_subquery()
