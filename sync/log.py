"""How does a fact get its place in a stream?

A fact is announced during a business transaction and numbered just before that commits, under the lock of the stream's
counter row; so the numbers have no holes, become visible in their order, and the lock is held for a moment only. An
autoincrement would give numbers that commit out of order, and a reader would skip some.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, LargeBinary, String, event, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, scoped_session, sessionmaker

from sync import batch, envelope
from sync.batch import Batch
from sync.beacon import Position, Verdict
from sync.columns import UtcDateTime
from sync.errors import TooLarge

NOTIFICATION_CHANNEL = "banyan_log"

_ANNOUNCED = "sync.announced"
_MARKS = "sync.marks"


class StreamHeadColumns:
    """A stream that this side writes: its counter, the chain's hash, and how far the reader says that it has come.

    `rewinds` grows whenever the reader turns out to lack something that was sent; `gaps` whenever it noticed a hole.
    """

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, default=1)
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    peer_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    peer_verdict: Mapped[str | None] = mapped_column(String(20))
    peer_heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gaps: Mapped[int] = mapped_column(BigInteger, default=0)
    rewinds: Mapped[int] = mapped_column(BigInteger, default=0)


class LogRecordColumns:
    """An event at its place in a stream; `body` is the line that is sent, `hash` the chain's hash after it."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    type: Mapped[str] = mapped_column(String(80))
    record_key: Mapped[str] = mapped_column(String(80))
    record_version: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class _Announcement:
    type: str
    key: str
    version: int
    data: msgspec.Raw


@dataclass(frozen=True)
class Head:
    """Where a stream stands that this side writes. `hash` is the chain's hash after `sequence`."""

    stream: str
    epoch: int
    sequence: int
    hash: bytes
    peer_sequence: int
    peer_verdict: str | None
    gaps: int
    rewinds: int


class Log:
    """The streams that one side writes, over that side's own tables."""

    def __init__(
        self,
        heads: type[StreamHeadColumns],
        records: type[LogRecordColumns],
        *,
        source: Callable[[str], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`source` names, for a stream, the CloudEvents source of its events."""
        self._heads: Any = heads.__table__  # type: ignore[attr-defined]
        self._records: Any = records.__table__  # type: ignore[attr-defined]
        self._source = source
        self._now = now

    def listen(self, sessions: sessionmaker[Any] | scoped_session[Any] | type[Session]) -> None:
        """Numbers what was announced in any of `sessions` as the last step before its commit."""
        event.listen(sessions, "before_commit", self._before_commit)
        event.listen(sessions, "after_transaction_create", _remember_savepoint)
        event.listen(sessions, "after_soft_rollback", _forget_what_was_undone)
        event.listen(sessions, "after_transaction_end", _forget_everything)

    def open_stream(self, session: Session, stream: str) -> None:
        """Begins a stream with its first epoch; one that is open stays as it is."""
        if session.execute(select(self._heads.c.stream).where(self._heads.c.stream == stream)).first() is None:
            first = batch.genesis(stream, epoch=1)
            session.execute(
                insert(self._heads).values(stream=stream, epoch=1, sequence=0, hash=first, peer_sequence=0, gaps=0, rewinds=0)
            )

    def announce(self, session: Session, stream: str, *, type: str, key: str, version: int, data: msgspec.Struct) -> None:
        """Adds the state `data` of record `key` in `version` to `stream` when the transaction commits; raises `TooLarge`."""
        encoded = envelope.encode_data(data)
        size = len(bytes(encoded))
        if size > batch.MAX_EVENT_BYTES:
            raise TooLarge(f"a {type} of {size} bytes is over the limit of {batch.MAX_EVENT_BYTES}")
        if not session.in_transaction():
            session.begin()
        announced = session.info.setdefault(_ANNOUNCED, [])
        announced.append((stream, _Announcement(type, key, version, encoded)))

    def heads(self, session: Session) -> list[Head]:
        """Every stream of this side, by name."""
        columns = [self._heads.c[name] for name in Head.__dataclass_fields__]
        return [Head(*row) for row in session.execute(select(*columns).order_by(self._heads.c.stream))]

    def read(self, session: Session, stream: str, *, epoch: int, after: int) -> Batch | None:
        """The next events behind `after`, as many as fit one batch; None where there are none."""
        records = self._records.c
        query = (
            select(records.sequence, records.body, records.hash)
            .where(records.stream == stream, records.epoch == epoch, records.sequence >= after)
            .order_by(records.sequence)
            .limit(batch.MAX_EVENTS + 1)
        )
        rows = list(session.execute(query))
        prev = rows.pop(0).hash if after and rows else batch.genesis(stream, epoch)
        lines: list[bytes] = []
        size = 0
        for row in rows[: batch.MAX_EVENTS]:
            size += len(row.body) + 1
            if lines and size > batch.MAX_PLAIN_BYTES:
                break
            lines.append(row.body)
        if not lines:
            return None
        hashes = [row.hash for row in rows[: len(lines)]]
        return Batch(stream=stream, epoch=epoch, first=after + 1, prev=prev, lines=lines, hashes=hashes)

    def hear(self, session: Session, position: Position) -> None:
        """Takes note of where the reader says that it stands."""
        heads = self._heads.c
        here = heads.stream == position.stream
        head = session.execute(
            select(heads.epoch, heads.sequence, heads.peer_sequence).where(here).with_for_update()
        ).one_or_none()
        if head is None:
            return
        reached = position.sequence if position.epoch == head.epoch else 0
        # A reader that holds more than was ever written has followed another history of this stream.
        verdict = Verdict.FORK if reached > head.sequence else position.verdict
        changes: dict[str, Any] = {"peer_verdict": verdict.value, "peer_heard_at": self._now()}
        if verdict is Verdict.GAP:
            changes["gaps"] = heads.gaps + 1
        if position.sent is not None and reached < position.sent:
            changes |= {"rewinds": heads.rewinds + 1, "peer_sequence": reached}
        elif head.peer_sequence < reached <= head.sequence:
            changes["peer_sequence"] = reached
        session.execute(update(self._heads).where(here).values(**changes))
        _notify(session, position.stream)

    def _before_commit(self, session: Session) -> None:
        if session.in_nested_transaction():
            return
        announced: Sequence[tuple[str, _Announcement]] = session.info.pop(_ANNOUNCED, ())
        if not announced:
            return
        session.flush()
        by_stream: dict[str, list[_Announcement]] = defaultdict(list)
        for stream, announcement in announced:
            by_stream[stream].append(announcement)
        # In the order of their names, so that two transactions never wait for each other's counter.
        for stream in sorted(by_stream):
            self._number(session, stream, by_stream[stream])

    def _number(self, session: Session, stream: str, announcements: Sequence[_Announcement]) -> None:
        heads = self._heads.c
        here = heads.stream == stream
        epoch, last, previous = session.execute(
            update(self._heads)
            .where(here)
            .values(sequence=heads.sequence + len(announcements))
            .returning(heads.epoch, heads.sequence, heads.hash)
        ).one()
        at = self._now()
        source = self._source(stream)
        rows = []
        for sequence, said in enumerate(announcements, last - len(announcements) + 1):
            event_id = str(envelope.new_uuid())
            line = envelope.encode(
                envelope.Event(
                    id=event_id,
                    source=source,
                    type=said.type,
                    subject=said.key,
                    time=at,
                    sequence=sequence,
                    recordepoch=epoch,
                    recordversion=said.version,
                    data=said.data,
                )
            )
            previous = batch.chain(previous, line)
            rows.append(
                {
                    "stream": stream,
                    "epoch": epoch,
                    "sequence": sequence,
                    "event_id": event_id,
                    "type": said.type,
                    "record_key": said.key,
                    "record_version": said.version,
                    "body": line,
                    "hash": previous,
                    "created_at": at,
                }
            )
        session.execute(insert(self._records), rows)
        session.execute(update(self._heads).where(here).values(hash=previous))
        _notify(session, stream)


def _notify(session: Session, stream: str) -> None:
    """Wakes the relay when this transaction commits. On SQLite it sees by itself that the file has changed."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(NOTIFICATION_CHANNEL, stream)))


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_ANNOUNCED, ()))


def _forget_what_was_undone(session: Session, undone: SessionTransaction) -> None:
    mark = session.info.get(_MARKS, {}).get(undone)
    if mark is not None:
        del session.info.get(_ANNOUNCED, [])[mark:]


def _forget_everything(session: Session, transaction: SessionTransaction) -> None:
    # A savepoint ends before it is known whether it was undone, so its mark is kept until the whole transaction ends.
    if transaction.parent is None:
        session.info.pop(_ANNOUNCED, None)
        session.info.pop(_MARKS, None)
