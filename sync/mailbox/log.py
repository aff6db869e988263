"""How does a fact get its place in a stream?

A fact is announced during a business transaction and numbered just before that commits, under the lock of the stream's
counter row; so the numbers have no holes, become visible in their order, and the lock is held for a moment only. An
autoincrement would give numbers that commit out of order, and a reader would skip some.

Every epoch begins with a snapshot, the newest state of every record, so an epoch alone says everything, and older ones need
not be kept for ever.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, LargeBinary, String, bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, scoped_session, sessionmaker

from sync import uuids
from sync.contracts import kind_of
from sync.databases import lookups
from sync.databases.columns import UtcDateTime
from sync.databases.postgresql import is_postgresql
from sync.mailbox import announcing
from sync.mailbox.announcing import Announcement, announcement
from sync.mailbox.batches import BatchColumns, Batches
from sync.mailbox.digest import Digest, Record, State, root_of, state_hash
from sync.mailbox.facts import announced_again
from sync.messages import batch, envelope
from sync.messages.batch import Packed
from sync.messages.beacon import Position, Verdict
from sync.messages.envelope import Event

NOTIFICATION_CHANNEL = "banyan_log"
_NOTIFY = select(func.pg_notify(NOTIFICATION_CHANNEL, bindparam("stream")))
# So many events are sent as they were packed. Fewer are packed anew, with those behind them: whatever its size, a batch costs
# its reader about what two hundred events do.
_ALONE_EVENTS = 250
# What a database takes for a place in a stream.
_LARGEST = 2**63 - 1
# Where a reader stands that follows another history says nothing about this one.
PARTED = frozenset({Verdict.FORK, Verdict.STALE})


class StreamHeadColumns:
    """A stream that this side writes: its counter, the chain's hash, and how far the reader says that it has come.

    `rewinds` grows whenever the reader turns out to lack something that was sent; `gaps` whenever it noticed a hole.
    `recovery` says how far this side is with coming back from a loss (`sync.mailbox.recovery`), or is empty; `compared_at` is
    when it last compared its records with the reader's.
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
    recovery: Mapped[bytes | None] = mapped_column(LargeBinary)
    compared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WrittenBatchColumns(BatchColumns):
    """Events at their place in a stream. Those `repeated` say again what was said before, by this side or by its reader: nobody
    has changed anything by them.
    """

    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    repeated: Mapped[bool] = mapped_column(Boolean, default=False)


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
    recovery: bytes | None
    compared_at: datetime | None


class Log:
    """The streams that one side writes, over that side's own tables."""

    def __init__(
        self,
        heads: type[StreamHeadColumns],
        written: type[WrittenBatchColumns],
        digest: Digest,
        *,
        source: Callable[[str], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`source` names, for a stream, the CloudEvents source of its events."""
        self._heads: Any = heads.__table__  # type: ignore[attr-defined]
        self._batches = Batches(written)
        self._digest = digest
        self._source = source
        self._now = now
        # Built once: they are run so often that building them anew each time takes longer than running them.
        head = select(*(self._heads.c[name] for name in Head.__dataclass_fields__))
        self._select_heads = head.order_by(self._heads.c.stream)
        self._lock_head = head.where(self._heads.c.stream == bindparam("stream")).with_for_update()
        self._move_head = update(self._heads).where(self._heads.c.stream == bindparam("written_stream"))
        self._move_and_notify = self._move_head.returning(func.pg_notify(NOTIFICATION_CHANNEL, self._heads.c.stream))
        batches = self._batches.table.c
        here = (batches.stream == bindparam("stream"), batches.epoch == bindparam("epoch"))
        near = batches.last.between(bindparam("after"), bindparam("until"))
        # The bodies of those that are not sent with the next stay where they are.
        is_next = batches.first <= bindparam("next")
        is_small = batches.last - batches.first < bindparam("alone")
        body = case(((batches.last > bindparam("after")) & (is_next | is_small), batches.body))
        pieces = select(batches.first, batches.last, batches.hash, body).where(*here, near)
        self._pieces = lookups.Reading(pieces.order_by(batches.last))

    def listen(self, sessions: sessionmaker[Any] | scoped_session[Any] | type[Session]) -> None:
        """Numbers what was announced in any of `sessions` as the last step before its commit."""
        announcing.listen(sessions, self.append)

    def open_stream(self, session: Session, stream: str) -> None:
        """Begins a stream with its first epoch; one that is open stays as it is."""
        if session.execute(select(self._heads.c.stream).where(self._heads.c.stream == stream)).first() is None:
            first = batch.genesis(stream, epoch=1)
            session.execute(
                insert(self._heads).values(stream=stream, epoch=1, sequence=0, hash=first, peer_sequence=0, gaps=0, rewinds=0)
            )

    def announce(self, session: Session, stream: str, *, type: str, key: str, version: int, data: msgspec.Struct) -> None:
        """Adds the state `data` of record `key` in `version` to `stream` when the transaction commits; raises `TooLarge`."""
        announcing.remember(session, stream, announcement(type=type, key=key, version=version, data=data))

    def append(self, session: Session, stream: str, announcements: Sequence[Announcement], *, repeated: bool = False) -> None:
        """Puts `announcements`, one at least, behind the last event of `stream`, whose counter stays locked until the end.

        They are `repeated` where they say again what was said before.
        """
        head = session.execute(self._lock_head, {"stream": stream}).one()
        at = self._now()
        source = self._source(stream)
        states: list[State] = []

        def lines() -> Iterator[bytes]:
            ids = uuids.new_uuids(len(announcements))
            for sequence, (said, id_) in enumerate(zip(announcements, ids, strict=True), head.sequence + 1):
                hash_ = state_hash(said.type, said.key, said.data)
                record = Record(kind_of(said.type), said.key)
                states.append(State(record, head.epoch, said.version, sequence, hash_, said.minutes))
                yield envelope.encode(_event(said, id_, source=source, epoch=head.epoch, sequence=sequence, at=at))

        pieces = list(batch.cut(stream, head.epoch, after=head.sequence, prev=head.hash, lines=lines()))
        batches = self._batches.new(pieces, written_at=at, repeated=repeated)
        self._digest.write(session, stream, states, beside=[batches])
        # The trip that moves the head wakes the relay, too.
        moving = self._move_and_notify if is_postgresql(session) else self._move_head
        session.execute(moving, {"written_stream": stream, "sequence": pieces[-1].last, "hash": pieces[-1].hash})

    def heads(self, session: Session) -> list[Head]:
        """Every stream of this side, by name."""
        return [Head(*row) for row in session.execute(self._select_heads)]

    def root(self, session: Session, head: Head) -> str:
        """The root over the records that `head.stream` has told of by `head`; empty where the stream has moved since."""
        root = root_of(self._digest.buckets(session, head.stream))
        here = (self._heads.c.stream == head.stream, self._heads.c.epoch == head.epoch)
        unmoved = self._heads.c.sequence == head.sequence
        return root if session.execute(select(self._heads.c.stream).where(*here, unmoved)).first() else ""

    def lock(self, session: Session, stream: str) -> Head | None:
        """The head of `stream`, which nobody else moves before this transaction ends; None where it is not written here."""
        found = session.execute(self._lock_head, {"stream": stream}).one_or_none()
        return None if found is None else Head(*found)

    def read(self, session: Session, stream: str, *, epoch: int, after: int) -> Packed | None:
        """The next events behind `after`, as many as fit one batch; None where there are none."""
        following, until = min(after + 1, _LARGEST), min(after + batch.MAX_EVENTS, _LARGEST)
        bounds = {"after": after, "next": following, "until": until, "alone": _ALONE_EVENTS - 1}
        rows = self._pieces.rows(session, stream=stream, epoch=epoch, **bounds)
        if rows and rows[0][1] == after:
            _, _, prev, _ = rows.pop(0)
        else:
            prev = self._batches.hash_at(session, stream, epoch, after)
        if prev is None or not rows or rows[0][0] > after + 1:
            return None
        last, hash_, body = _join(rows, after=after)
        return Packed(stream=stream, epoch=epoch, first=after + 1, last=last, prev=prev, hash=hash_, body=body)

    def hashes(self, session: Session, stream: str, *, epoch: int, sequences: Iterable[int]) -> dict[int, bytes]:
        """The chain's hash after each of `sequences`, as far as they are in the log; 0 is before the first event."""
        found = {sequence: self._batches.hash_at(session, stream, epoch, sequence) for sequence in set(sequences)}
        return {sequence: hash_ for sequence, hash_ in found.items() if hash_ is not None}

    def written_since(
        self, session: Session, stream: str, held: Mapping[Record, Any], *, epoch: int, after: int
    ) -> set[Record]:
        """Those of the records `held` (`Digest.held`) that somebody here has changed behind `after`.

        What was only said again changed nothing.
        """
        since = {record: state.sequence for record, state in held.items() if state.epoch == epoch and state.sequence > after}
        if not since:
            return set()
        batches = self._batches.table.c
        here = (batches.stream == stream, batches.epoch == epoch, batches.last > after, batches.repeated)
        repeats = session.execute(select(batches.first, batches.last).where(*here).order_by(batches.last)).all()
        ends = [last for _, last in repeats]

        def is_repeated(sequence: int) -> bool:
            place = bisect_left(ends, sequence)
            return place < len(ends) and repeats[place].first <= sequence

        return {record for record, sequence in since.items() if not is_repeated(sequence)}

    def hear(self, session: Session, position: Position) -> Head | None:
        """Takes note of where the reader says that it stands; gives the head of the stream as it is then known."""
        head = self.lock(session, position.stream)
        if head is None:
            return None
        heads = self._heads.c
        verdict = self._verdict(session, head, position)
        reached = position.sequence if position.epoch == head.epoch else 0
        changes: dict[str, Any] = {"peer_verdict": verdict.value, "peer_heard_at": self._now()}
        if verdict is Verdict.GAP:
            changes["gaps"] = heads.gaps + 1
        follows = verdict not in PARTED
        if follows and position.sent is not None and reached < position.sent:
            changes |= {"rewinds": heads.rewinds + 1, "peer_sequence": reached}
        elif follows and head.peer_sequence < reached <= head.sequence:
            changes["peer_sequence"] = reached
        self.change(session, position.stream, **changes)
        return replace(head, peer_verdict=verdict.value)

    def repeat(self, session: Session, stream: str, sequences: Sequence[int]) -> None:
        """Says again what stands at `sequences` of the stream's epoch, for a reader that turned out to lack it."""
        head = session.execute(self._lock_head, {"stream": stream}).one()
        lines = self._batches.lines_at(session, stream, head.epoch, sequences)
        said = [announced_again(envelope.decode(line)) for line in lines]
        if said:
            self.append(session, stream, said, repeated=True)

    def rewind(self, session: Session, stream: str) -> None:
        """Lets the whole epoch be sent again: its reader takes what it lacks, and changes nothing by the rest."""
        self.change(session, stream, peer_sequence=0, rewinds=self._heads.c.rewinds + 1)

    def open_epoch(self, session: Session, stream: str, epoch: int) -> None:
        """Begins `epoch` with the newest state of every record; what its reader had of older ones does not count any more.

        The counter stays locked until the transaction ends: measured, a minute for a million records.
        """
        head = self.lock(session, stream)
        if head is None or head.epoch >= epoch:
            raise ValueError(f"{stream} cannot go on to epoch {epoch}")
        beginning = batch.genesis(stream, epoch)
        self.change(session, stream, epoch=epoch, sequence=0, hash=beginning, peer_sequence=0, peer_verdict=None, recovery=None)
        after = 0
        while piece := self.read(session, stream, epoch=head.epoch, after=after):
            events = [envelope.decode(line) for line in batch.unpack_lines(piece.body)]
            held = self._digest.held(session, stream, {Record(kind_of(event.type), event.subject) for event in events})
            newest = [event for event in events if _is_newest(event, held)]
            if newest:
                self.append(session, stream, [announced_again(event) for event in newest], repeated=True)
            after = piece.last

    def forget(self, session: Session, *, before: datetime) -> None:
        """Lets go of epochs that ended before that moment; where an epoch has grown old and long, begins the next one.

        A stream that is being recovered stays as it is.
        """
        batches = self._batches.table.c
        for head in self.heads(session):
            if head.recovery is not None:
                continue
            epoch = head.epoch
            if self._is_worth_renewing(session, head, before):
                epoch = head.epoch + 1
                self.open_epoch(session, head.stream, epoch)
            older = (batches.stream == head.stream, batches.epoch < epoch, batches.written_at < before)
            session.execute(delete(self._batches.table).where(*older))

    def change(self, session: Session, stream: str, **values: Any) -> None:
        """Sets columns of the stream's head, which the caller holds locked, and wakes the relay when this is committed.

        On SQLite that sees by itself that the file has changed.
        """
        session.execute(update(self._heads).where(self._heads.c.stream == stream).values(**values))
        if is_postgresql(session):
            session.execute(_NOTIFY, {"stream": stream})

    def _is_worth_renewing(self, session: Session, head: Head, before: datetime) -> bool:
        """Whether the epoch began before that moment, and at least half of what it says has been said anew since."""
        batches = self._batches.table.c
        epoch = select(batches.written_at).where(batches.stream == head.stream, batches.epoch == head.epoch)
        began = session.scalar(epoch.order_by(batches.last).limit(1))
        if began is None or began >= before:
            return False
        held = sum(bucket.records for bucket in self._digest.buckets(session, head.stream))
        return head.sequence >= 2 * held

    def _verdict(self, session: Session, head: Head, position: Position) -> Verdict:
        """What a position means now: it may be late, and the reader cannot know what this side has lost."""
        if position.epoch > head.epoch or position.fence >= head.epoch:
            return Verdict.STALE
        if position.epoch < head.epoch:
            return Verdict.GAP if position.verdict is Verdict.GAP else Verdict.APPLIED
        if position.sequence != head.peer_sequence or position.verdict is Verdict.FORK:
            own = self.hashes(session, head.stream, epoch=head.epoch, sequences=[position.sequence])
            if own.get(position.sequence, b"").hex() != position.hash:
                return Verdict.FORK
        # A reader that follows this history was answering somebody else: a message of long ago, or a clone of this side.
        return Verdict.APPLIED if position.verdict in PARTED else position.verdict


def _join(rows: Sequence[tuple[Any, ...]], *, after: int) -> tuple[int, bytes, bytes]:
    """One batch of what stands behind `after` in `rows` (first, last, hash, body): its last event, hash and body.

    Of those behind the first row, one without a body goes alone.
    """
    first, last, hash_, body = rows[0]
    if first == after + 1 and (len(rows) == 1 or last - first + 1 >= _ALONE_EVENTS):
        return last, hash_, body
    lines = batch.unpack_lines(body)[after + 1 - first :]
    size = batch.plain_size(lines)
    for _, further, further_hash, further_body in rows[1:]:
        if further_body is None:
            break
        more = batch.unpack_lines(further_body)
        size += batch.plain_size(more)
        if size > batch.MAX_PLAIN_BYTES:
            break
        lines += more
        last, hash_ = further, further_hash
    return last, hash_, batch.pack_lines(lines)


def _event(said: Announcement, id_: str, *, source: str, epoch: int, sequence: int, at: datetime) -> Event:
    return Event(
        id=said.id or id_,
        source=source,
        type=said.type,
        subject=said.key,
        time=said.time or at,
        sequence=sequence,
        recordepoch=epoch,
        recordversion=said.version,
        data=said.data,
    )


def _is_newest(event: Event, held: Mapping[Record, Any]) -> bool:
    state = held[Record(kind_of(event.type), event.subject)]
    return bool((state.epoch, state.sequence) == (event.recordepoch, event.sequence))
