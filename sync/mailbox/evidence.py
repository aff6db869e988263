"""What shows how far the two ends of a side's streams are alike?

Read from the side's own tables: the cursors of what it reads, the heads of what it writes, the sums of what both ends must
hold, and what waits for a person. Nothing here holds what a message said.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from sync.mailbox.applying import ParkedRecordColumns
from sync.mailbox.digest import BucketSum, Digest, root_of
from sync.mailbox.inbox import StreamCursorColumns
from sync.mailbox.log import StreamHeadColumns
from sync.mailbox.quarantine import QuarantinedMessageColumns
from sync.mailbox.recovery import Step, read_step

# As many as a person can look at; the numbers beside them count all.
MOST_LISTED = 100


@dataclass(frozen=True)
class Reading:
    """A stream that this side reads, as `StreamCursorColumns` says; `hash` is hexadecimal, `parked` how many events wait."""

    stream: str
    epoch: int
    sequence: int
    hash: str
    fence: int
    head_sequence: int
    verdict: str | None
    as_of: datetime | None
    heard_at: datetime | None
    proven_at: datetime | None
    differs_since: datetime | None
    differing: tuple[tuple[str, int], ...]
    wish: str | None
    parked: int

    @property
    def behind(self) -> int:
        """How many events its writer has recorded, as far as it has said, that were not taken here."""
        return self.head_sequence - self.sequence

    @property
    def recovering(self) -> bool:
        """Whether its writer is asking for what it lost: until a newer epoch begins, nothing is taken from it."""
        return 0 < self.epoch <= self.fence


@dataclass(frozen=True)
class Writing:
    """A stream that this side writes, as `StreamHeadColumns` says; `hash` is hexadecimal, `step` how far its recovery is."""

    stream: str
    epoch: int
    sequence: int
    hash: str
    peer_sequence: int
    peer_verdict: str | None
    peer_heard_at: datetime | None
    gaps: int
    rewinds: int
    step: Step | None
    compared_at: datetime | None

    @property
    def waiting(self) -> int:
        """How many events its reader has not confirmed."""
        return self.sequence - self.peer_sequence

    @property
    def recovery(self) -> str | None:
        """The name of the step: locating, fetching or comparing."""
        return None if self.step is None else type(self.step).__name__.lower()


@dataclass(frozen=True)
class KindSum:
    """How many records of one kind a stream has told of, and their minutes."""

    kind: str
    records: int
    minutes: int


@dataclass(frozen=True)
class Sums:
    """What the records of a stream add up to at this end. Where both ends have the same `root`, they hold the same."""

    root: str
    kinds: tuple[KindSum, ...]


@dataclass(frozen=True)
class Parked:
    """An event that waits for a person, without what it says."""

    epoch: int
    sequence: int
    type: str
    record_key: str
    reason: str
    parked_at: datetime


@dataclass(frozen=True)
class Refused:
    """A message that was refused unread, without its bytes; `claimed_stream` is what it said of itself."""

    claimed_stream: str | None
    code: str
    detail: str
    size_bytes: int
    received_at: datetime


class Evidence:
    """What one side's own tables show."""

    def __init__(
        self,
        *,
        heads: type[StreamHeadColumns],
        cursors: type[StreamCursorColumns],
        digest: Digest,
        parked: type[ParkedRecordColumns],
        quarantined: type[QuarantinedMessageColumns],
    ) -> None:
        self._heads: Any = heads
        self._cursors: Any = cursors
        self._digest = digest
        self._parked: Any = parked
        self._quarantined: Any = quarantined

    def readings(self, session: Session, stream: str | None = None) -> list[Reading]:
        """Every stream that this side reads, by name; or the one called `stream`."""
        counts = select(self._parked.stream, func.count()).group_by(self._parked.stream)
        parked: dict[str, int] = dict(session.execute(counts).all())
        return [_reading(row, parked.get(row.stream, 0)) for row in _rows(session, self._cursors, stream)]

    def writings(self, session: Session, stream: str | None = None) -> list[Writing]:
        """Every stream that this side writes, by name; or the one called `stream`."""
        return [_writing(row) for row in _rows(session, self._heads, stream)]

    def sums(self, session: Session, stream: str) -> Sums:
        """What the records of `stream` add up to here."""
        buckets = self._digest.buckets(session, stream)
        return Sums(root_of(buckets), tuple(_by_kind(buckets)))

    def parked(self, session: Session, stream: str) -> list[Parked]:
        """What is parked of `stream`, the oldest `MOST_LISTED`."""
        row = self._parked
        columns = (row.epoch, row.sequence, row.type, row.record_key, row.reason, row.parked_at)
        found = select(*columns).where(row.stream == stream).order_by(row.epoch, row.sequence).limit(MOST_LISTED)
        return [Parked(*values) for values in session.execute(found)]

    def refused(self, session: Session, streams: Collection[str]) -> list[Refused]:
        """The newest `MOST_LISTED` messages that said they were of one of `streams`."""
        return self._newest(session, select().where(self._quarantined.claimed_stream.in_(streams)))

    def strangers(self, session: Session) -> list[Refused]:
        """The newest `MOST_LISTED` messages that said they were of none of the streams that this side knows."""
        known = select(self._cursors.stream).union(select(self._heads.stream))
        claimed = self._quarantined.claimed_stream
        return self._newest(session, select().where(claimed.is_(None) | claimed.not_in(known)))

    def refusals(self, session: Session) -> dict[str, int]:
        """How many messages are quarantined, by the stream that they claimed; "" stands for none that this side knows."""
        row = self._quarantined
        known = set(session.scalars(select(self._cursors.stream).union(select(self._heads.stream))))
        counts: dict[str, int] = dict.fromkeys(["", *sorted(known)], 0)
        for claimed, count in session.execute(select(row.claimed_stream, func.count()).group_by(row.claimed_stream)):
            counts[claimed if claimed in known else ""] += count
        return counts

    def _newest(self, session: Session, which: Select[Any]) -> list[Refused]:
        row = self._quarantined
        found = which.add_columns(row.claimed_stream, row.code, row.detail, row.size_bytes, row.received_at)
        return [Refused(*values) for values in session.execute(found.order_by(row.id.desc()).limit(MOST_LISTED))]


def _rows(session: Session, model: Any, stream: str | None) -> Iterable[Any]:
    query = select(model).order_by(model.stream)
    return session.scalars(query if stream is None else query.where(model.stream == stream))


def _reading(row: StreamCursorColumns, parked: int) -> Reading:
    return Reading(
        stream=row.stream,
        epoch=row.epoch,
        sequence=row.sequence,
        hash=row.hash.hex(),
        fence=row.fence,
        head_sequence=row.head_sequence,
        verdict=row.verdict,
        as_of=row.as_of,
        heard_at=row.heard_at,
        proven_at=row.proven_at,
        differs_since=row.differs_since,
        differing=tuple((kind, bucket) for kind, bucket in row.differing or ()),
        wish=row.wish,
        parked=parked,
    )


def _writing(row: StreamHeadColumns) -> Writing:
    return Writing(
        stream=row.stream,
        epoch=row.epoch,
        sequence=row.sequence,
        hash=row.hash.hex(),
        peer_sequence=row.peer_sequence,
        peer_verdict=row.peer_verdict,
        peer_heard_at=row.peer_heard_at,
        gaps=row.gaps,
        rewinds=row.rewinds,
        step=read_step(row.recovery),
        compared_at=row.compared_at,
    )


def _by_kind(buckets: Iterable[BucketSum]) -> Iterable[KindSum]:
    sums: dict[str, KindSum] = {}
    for bucket in buckets:
        held = sums.get(bucket.kind, KindSum(bucket.kind, 0, 0))
        sums[bucket.kind] = KindSum(bucket.kind, held.records + bucket.records, held.minutes + bucket.minutes)
    return sums.values()
