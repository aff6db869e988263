"""What does a reader do with what arrives?

The cursor of a stream moves in the transaction that holds the effects of the events, so a batch that comes twice, late or
after a crash changes nothing twice. Whatever arrives is answered with the reader's position; nothing is buffered.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, LargeBinary, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync import batch, envelope, message
from sync.applying import Applier
from sync.batch import Batch
from sync.beacon import Beacon, Position, Verdict, open_beacon, open_position
from sync.columns import UtcDateTime
from sync.errors import Rejected, Undecodable
from sync.log import Log
from sync.message import Signed
from sync.quarantine import Quarantine
from sync.sealing import UNSEALED, Cipher
from sync.signing import KeyRing


class StreamCursorColumns:
    """A stream that this side reads: the last event applied, and the writer's head as far as it is known.

    `as_of` is the moment up to which this side has everything that the writer had committed. Nothing is taken from an
    epoch at or below `fence`.
    """

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    fence: Mapped[int] = mapped_column(BigInteger)
    head_sequence: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str | None] = mapped_column(String(20))
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReceivedBatchColumns:
    """What was taken from a stream, kept as it came: the proof of a fork, and the tail that a restored writer lost."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _Place(NamedTuple):
    epoch: int
    sequence: int
    hash: bytes


class Inbox:
    """The streams that one side reads, over that side's own tables."""

    def __init__(
        self,
        *,
        cursors: type[StreamCursorColumns],
        received: type[ReceivedBatchColumns],
        applier: Applier,
        quarantine: Quarantine,
        log: Log,
        cipher: Cipher = UNSEALED,
    ) -> None:
        """`log` is this side's own log, which is told the positions that its readers answer with.

        What was taken is kept under `cipher`.
        """
        self._cursors: Any = cursors.__table__  # type: ignore[attr-defined]
        self._received: Any = received.__table__  # type: ignore[attr-defined]
        self._applier = applier
        self._quarantine = quarantine
        self._log = log
        self._cipher = cipher

    def open_stream(self, session: Session, stream: str) -> None:
        """Begins to follow a stream; one that is followed already stays where it is."""
        cursors = self._cursors
        if session.execute(select(cursors.c.stream).where(cursors.c.stream == stream)).first() is None:
            session.execute(insert(cursors).values(stream=stream, epoch=0, sequence=0, hash=b"", fence=0, head_sequence=0))

    def positions(self, session: Session) -> list[Position]:
        """What a reader says when it starts, of each stream that it follows: I stand here, and may have missed something."""
        cursors = self._cursors.c
        rows = session.execute(select(self._cursors).order_by(cursors.stream))
        return [_position(row.stream, _Place(row.epoch, row.sequence, row.hash), Verdict.GAP, row.fence) for row in rows]

    def retry(self, session: Session, stream: str) -> int:
        """Applies again what is parked of `stream`, whose batches wait meanwhile; gives how many events went through."""
        self._lock(session, stream)
        return self._applier.retry(session, stream)

    def receive(
        self, session: Session, raw: bytes, *, receiver: str, keys: KeyRing, at: datetime, account: str | None = None
    ) -> Position | None:
        """Takes one message, and gives the position to answer with once the transaction is committed.

        `account` is who published it, where the bus vouches for that. A message that must not be applied is quarantined; a
        position is handed to the log and needs no answer.
        """
        claimed = None
        try:
            signed = message.take_apart(raw)
            claimed = signed.claims.stream
            message.verify(signed, receiver=receiver, keys=keys, at=at, account=account)
            return self._act_on(session, signed, at=at)
        except Rejected as error:
            self._quarantine.put(session, raw, error, claimed=claimed, at=at)
            return None

    def _act_on(self, session: Session, signed: Signed, *, at: datetime) -> Position | None:
        if signed.claims.typ == message.BATCH:
            return self._take(session, batch.open_batch(signed), at=at)
        if signed.claims.typ == message.BEACON:
            return self._see(session, open_beacon(signed), at=at)
        if signed.claims.typ == message.POSITION:
            self._log.hear(session, open_position(signed))
            return None
        raise Undecodable(f"a message of kind {signed.claims.typ} is not known here")

    def _take(self, session: Session, arrived: Batch, *, at: datetime) -> Position:
        cursor = self._lock(session, arrived.stream)
        verdict, place = self._judge(session, cursor, arrived)
        changes: dict[str, Any] = {"verdict": verdict.value, "heard_at": at}
        if verdict is Verdict.APPLIED and arrived.last > place.sequence:
            fresh = arrived.after(place.sequence)
            newest = self._apply(session, fresh, at=at)
            place = _Place(fresh.epoch, fresh.last, fresh.hashes[-1])
            head = max(place.sequence, cursor.head_sequence if place.epoch == cursor.epoch else 0)
            changes |= {**place._asdict(), "head_sequence": head}
            if place.sequence == head:
                changes["as_of"] = newest
        self._move(session, arrived.stream, changes)
        return _position(arrived.stream, place, verdict, cursor.fence)

    def _judge(self, session: Session, cursor: Any, arrived: Batch) -> tuple[Verdict, _Place]:
        """The verdict on a batch, and the place that it is to be applied from."""
        place = _Place(cursor.epoch, cursor.sequence, cursor.hash)
        if arrived.epoch < cursor.epoch or arrived.epoch <= cursor.fence:
            return Verdict.STALE, place
        if arrived.epoch > cursor.epoch:
            if arrived.first != 1:
                return Verdict.GAP, place
            place = _Place(arrived.epoch, 0, batch.genesis(arrived.stream, arrived.epoch))
        if arrived.first > place.sequence + 1:
            return Verdict.GAP, place
        if arrived.last >= place.sequence:
            fits = arrived.hash_at(place.sequence) == place.hash
        else:
            fits = self._hash_of_received(session, arrived) in (None, arrived.hashes[-1])
        return (Verdict.APPLIED if fits else Verdict.FORK), place

    def _see(self, session: Session, beacon: Beacon, *, at: datetime) -> Position:
        cursor = self._lock(session, beacon.stream)
        place = _Place(cursor.epoch, cursor.sequence, cursor.hash)
        changes: dict[str, Any] = {"heard_at": at}
        verdict = Verdict.APPLIED
        if place.epoch == 0 and beacon.epoch > cursor.fence:
            # The first that is heard of this stream: its reader stands at the beginning.
            place = _Place(beacon.epoch, 0, batch.genesis(beacon.stream, beacon.epoch))
            changes |= place._asdict()
        if beacon.epoch < place.epoch or beacon.epoch <= cursor.fence:
            verdict = Verdict.STALE
        elif beacon.epoch == place.epoch:
            changes["head_sequence"] = max(beacon.sequence, cursor.head_sequence)
            if beacon.sequence == place.sequence and beacon.hash != place.hash.hex():
                verdict = Verdict.FORK
            elif beacon.sequence == place.sequence:
                changes["as_of"] = beacon.lit_at
        self._move(session, beacon.stream, {**changes, "verdict": verdict.value})
        return _position(beacon.stream, place, verdict, cursor.fence, sent=beacon.sent)

    def _lock(self, session: Session, stream: str) -> Any:
        cursors = self._cursors
        row = session.execute(select(cursors).where(cursors.c.stream == stream).with_for_update()).one_or_none()
        if row is None:
            raise Undecodable(f"{stream} is not followed here")
        return row

    def _move(self, session: Session, stream: str, changes: dict[str, Any]) -> None:
        session.execute(update(self._cursors).where(self._cursors.c.stream == stream).values(**changes))

    def _hash_of_received(self, session: Session, arrived: Batch) -> bytes | None:
        received = self._received.c
        here = (received.stream == arrived.stream, received.epoch == arrived.epoch, received.last == arrived.last)
        return session.execute(select(received.hash).where(*here)).scalar()

    def _apply(self, session: Session, fresh: Batch, *, at: datetime) -> datetime:
        """Gives every event its effect and keeps the batch; gives the moment of the newest event."""
        events = [envelope.decode(line) for line in fresh.lines]
        if [event.sequence for event in events] != list(range(fresh.first, fresh.last + 1)):
            raise Undecodable("an event's sequence is not its place in the stream")
        self._applier.apply(session, fresh, events, at=at)
        session.execute(
            insert(self._received).values(
                stream=fresh.stream,
                epoch=fresh.epoch,
                first=fresh.first,
                last=fresh.last,
                hash=fresh.hashes[-1],
                body=self._cipher.encrypt(batch.pack_lines(fresh.lines)),
                received_at=at,
            )
        )
        return max(event.time for event in events)


def _position(stream: str, place: _Place, verdict: Verdict, fence: int, sent: int | None = None) -> Position:
    return Position(
        stream=stream,
        epoch=place.epoch,
        sequence=place.sequence,
        hash=place.hash.hex(),
        verdict=verdict,
        fence=fence,
        sent=sent,
    )
