"""What does a reader do with what arrives?

The cursor of a stream moves in the transaction that holds the effects of the events, so a batch that comes twice, late or
after a crash changes nothing twice. Whatever a writer sends is answered, mostly with the reader's position; nothing is
buffered.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import JSON, BigInteger, LargeBinary, String, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases import bulk
from sync.databases.columns import UtcDateTime
from sync.errors import Rejected, Undecodable
from sync.mailbox.answering import Answerer
from sync.mailbox.applying import Applier
from sync.mailbox.archive import Archive
from sync.mailbox.asking import Answer, Lines, Question, WhatFollows, WhereParted, WhichSums, open_answer, open_question
from sync.mailbox.digest import BUCKET_RULE, Digest, differing_buckets, root_of
from sync.mailbox.quarantine import Quarantine
from sync.mailbox.recovery import Recovery
from sync.mailbox.runs import Run, read_run
from sync.messages import batch, message
from sync.messages.beacon import Beacon, Position, Verdict, open_beacon, open_position
from sync.messages.message import Arrived, Signed
from sync.messages.signing import KeyRing, LookedUpOnce

Reply: TypeAlias = Position | Answer | Lines
"""What a reader answers a writer."""

KeysIn: TypeAlias = Callable[[Session], KeyRing]
"""The others' public keys, as a transaction sees them."""


class StreamCursorColumns:
    """A stream that this side reads: the last event applied, and the writer's head as far as it is known.

    `as_of` is the moment up to which this side has everything that the writer had committed, `proven_at` the last at which
    the records of both were compared and equal; where they are not, they differ since `differs_since`, and `differing` lists
    the buckets. Nothing is taken from an epoch at or below `fence`. `wish` is the verdict with which the next beacon is to be
    answered, because a person asked for it.
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
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    differs_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    differing: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    wish: Mapped[str | None] = mapped_column(String(20))


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
        archive: Archive,
        digest: Digest,
        applier: Applier,
        quarantine: Quarantine,
        recovery: Recovery,
        renewed: Callable[[Session, str], None] = lambda _session, _stream: None,
    ) -> None:
        """`recovery` is told what the readers of this side's own streams say.

        `renewed` is called (session, stream) before the first event of a newer epoch takes effect: its writer may have lost
        what it had said in the older one.
        """
        self._model = cursors
        self._cursors: Any = cursors.__table__  # type: ignore[attr-defined]
        self._archive = archive
        self._digest = digest
        self._applier = applier
        self._quarantine = quarantine
        self._recovery = recovery
        self._renewed = renewed
        self._answerer = Answerer(archive, digest)
        # Built once: they are run so often that building them anew each time takes longer than running them.
        here = self._cursors.c.stream == bindparam("read_stream")
        self._lock_cursor = select(self._cursors).where(here).with_for_update()
        self._move_cursor = update(self._cursors).where(here)

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

    def ask(self, session: Session, stream: str, wish: Verdict) -> None:
        """Lets the next beacon of `stream` be answered with `GAP`, so that its writer sends again, or with `COMPARE`."""
        self._lock(session, stream)
        self._move(session, stream, {"wish": wish.value})

    def forget(self, session: Session, *, before: datetime) -> None:
        """Lets go of what was taken from epochs that were over by that moment, where both ends were found equal since.

        Before that, not everything may have been said again in the next one.
        """
        cursors = self._cursors.c
        for stream in session.execute(select(cursors.stream).where(cursors.proven_at >= before)).scalars().all():
            self._archive.forget(session, stream, before=before)

    def receive(
        self, session: Session, raw: bytes, *, receiver: str, keys: KeysIn, at: datetime, account: str | None = None
    ) -> Reply | None:
        """Takes one message, and gives what to answer once the transaction is committed.

        `account` is who published it, where the bus vouches for that. A message that must not be applied is quarantined; what
        a reader says of this side's own streams needs no answer.
        """
        arrived = [Arrived(raw, account)]
        _, reply = self.receive_run(session, arrived, receiver=receiver, keys=keys, carefully=True, at=at)
        return reply

    def receive_run(
        self, session: Session, arrived: Sequence[Arrived], *, receiver: str, keys: KeysIn, carefully: bool, at: datetime
    ) -> tuple[Sequence[int], Reply | None]:
        """Takes the first message that has `arrived` and, as one with it, the batches that go on from it.

        Gives which of them these were, and what to answer once the transaction is committed. Raises `Unapplied` where an event
        fails, unless they are taken `carefully`, which parks it.
        """
        verify = partial(message.verify, receiver=receiver, keys=LookedUpOnce(keys(session)), at=at)
        first = arrived[0]
        claimed = None
        try:
            signed = message.take_apart(first.raw)
            claimed = signed.claims.stream
            verify(signed, account=first.account)
            if signed.claims.typ != message.BATCH:
                return [0], self._act_on(session, signed, at=at)
            run, places = read_run(signed, arrived[1:], verify, self._applier.read)
            return places, self._take(session, run, carefully=carefully, at=at)
        except Rejected as error:
            self._quarantine.put(session, first.raw, error, claimed=claimed, at=at)
            return [0], None

    def _act_on(self, session: Session, signed: Signed, *, at: datetime) -> Reply | None:
        if signed.claims.typ == message.BEACON:
            return self._see(session, open_beacon(signed), at=at)
        if signed.claims.typ == message.QUESTION:
            return self._answer(session, open_question(signed))
        if signed.claims.typ == message.POSITION:
            self._recovery.hear(session, open_position(signed))
            return None
        if signed.claims.typ in (message.ANSWER, message.LINES):
            if self._recovery.take(session, open_answer(signed)):
                self._retry_all(session)
            return None
        raise Undecodable(f"a message of kind {signed.claims.typ} is not known here")

    def _retry_all(self, session: Session) -> None:
        """What was parked for want of a record may go through now that records were given back."""
        for stream in session.execute(select(self._cursors.c.stream)).scalars().all():
            self.retry(session, stream)

    def _answer(self, session: Session, question: Question) -> Answer | Lines:
        cursor = self._lock(session, question.stream)
        if isinstance(question, WhereParted | WhatFollows) and question.epoch > cursor.fence:
            # What the writer asks for it will put into a newer epoch; until then nothing may change here.
            self._move(session, question.stream, {"fence": question.epoch})
            cursor = self._lock(session, question.stream)
        if isinstance(question, WhichSums) and _is_comparable(question, cursor):
            own = self._digest.buckets(session, question.stream)
            differing = differing_buckets(own, question.buckets)
            self._move(session, question.stream, {"differing": [list(bucket) for bucket in differing]})
        return self._answerer.answer(session, question, cursor)

    def _take(self, session: Session, run: Run, *, carefully: bool, at: datetime) -> Position:
        cursor = self._lock(session, run.stream)
        verdict, place = self._judge(session, cursor, run)
        changes: dict[str, Any] = {"verdict": verdict.value, "heard_at": at}
        if verdict is not Verdict.APPLIED or run.last <= place.sequence:
            self._move(session, run.stream, changes)
            return _position(run.stream, place, verdict, cursor.fence)
        if 0 < cursor.epoch < run.epoch:
            self._renew(session, run.stream, run.epoch)
        reached = _Place(run.epoch, run.last, run.hash)
        head = max(reached.sequence, cursor.head_sequence if reached.epoch == cursor.epoch else 0)
        changes |= {**reached._asdict(), "head_sequence": head}
        if reached.sequence == head:
            changes["as_of"] = run.as_of
        kept = self._archive.new(run.batches_behind(place.sequence), received_at=at)
        moved = bulk.latest(self._model, [{**cursor._mapping, **changes}])
        self._applier.apply(session, run, after=place.sequence, carefully=carefully, beside=[kept, moved], at=at)
        return _position(run.stream, reached, verdict, cursor.fence)

    def _judge(self, session: Session, cursor: Any, run: Run) -> tuple[Verdict, _Place]:
        """The verdict on a run, and the place that it is to be applied from."""
        place = _Place(cursor.epoch, cursor.sequence, cursor.hash)
        if run.epoch < cursor.epoch or run.epoch <= cursor.fence:
            return Verdict.STALE, place
        if run.epoch > cursor.epoch:
            if run.first != 1:
                return Verdict.GAP, place
            place = _Place(run.epoch, 0, batch.genesis(run.stream, run.epoch))
        if run.first > place.sequence + 1:
            return Verdict.GAP, place
        if run.last >= place.sequence:
            fits = run.hash_at(place.sequence) == place.hash
        else:
            held = self._archive.hash_at_end(session, run.stream, run.epoch, run.last)
            fits = held in (None, run.hash)
        return (Verdict.APPLIED if fits else Verdict.FORK), place

    def _see(self, session: Session, beacon: Beacon, *, at: datetime) -> Position:
        cursor = self._lock(session, beacon.stream)
        place = _Place(cursor.epoch, cursor.sequence, cursor.hash)
        changes: dict[str, Any] = {"heard_at": at}
        verdict = Verdict.APPLIED
        if beacon.epoch > max(place.epoch, cursor.fence) and 0 in (place.epoch, beacon.sequence):
            # The first that is heard of this stream, or of an epoch with nothing in it: its reader stands at the beginning.
            if place.epoch:
                self._renew(session, beacon.stream, beacon.epoch)
            place = _Place(beacon.epoch, 0, batch.genesis(beacon.stream, beacon.epoch))
            changes |= {**place._asdict(), "head_sequence": 0}
        if beacon.epoch < place.epoch or beacon.epoch <= cursor.fence:
            verdict = Verdict.STALE
        elif beacon.epoch == place.epoch:
            changes["head_sequence"] = max(beacon.sequence, cursor.head_sequence)
            if beacon.sequence == place.sequence and beacon.hash != place.hash.hex():
                verdict = Verdict.FORK
            elif beacon.sequence == place.sequence:
                changes["as_of"] = beacon.lit_at
                verdict, compared = self._compare(session, cursor, beacon)
                changes |= compared
        self._move(session, beacon.stream, {**changes, "verdict": verdict.value, "wish": None})
        if cursor.wish is not None and verdict is Verdict.APPLIED:
            verdict = Verdict(cursor.wish)
        return _position(beacon.stream, place, verdict, cursor.fence, sent=beacon.sent)

    def _renew(self, session: Session, stream: str, epoch: int) -> None:
        self._applier.begin_epoch(session, stream, epoch)
        self._renewed(session, stream)

    def _lock(self, session: Session, stream: str) -> Any:
        row = session.execute(self._lock_cursor, {"read_stream": stream}).one_or_none()
        if row is None:
            raise Undecodable(f"{stream} is not followed here")
        return row

    def _move(self, session: Session, stream: str, changes: dict[str, Any]) -> None:
        session.execute(self._move_cursor, {"read_stream": stream, **changes})

    def _compare(self, session: Session, cursor: Any, beacon: Beacon) -> tuple[Verdict, dict[str, Any]]:
        """Whether both ends hold the same records, where the writer has said what its own add up to."""
        if beacon.root is None:
            # Until the writer is upgraded, too, nothing is known of how its records differ.
            return Verdict.APPLIED, {"differs_since": None, "differing": None}
        if not beacon.root:
            return Verdict.APPLIED, {}
        if root_of(self._digest.buckets(session, beacon.stream)) == beacon.root:
            return Verdict.APPLIED, {"proven_at": beacon.lit_at, "differs_since": None, "differing": None}
        # What is parked is known to be missing, and sending it again would park it again.
        verdict = Verdict.APPLIED if self._applier.is_parked(session, beacon.stream) else Verdict.DIFFERS
        return verdict, {"differs_since": cursor.differs_since or beacon.lit_at}


def _is_comparable(question: WhichSums, cursor: Any) -> bool:
    """Whether the buckets that the writer tells of are of the same events, and the same ones, as those here."""
    return (question.epoch, question.sequence, question.rule) == (cursor.epoch, cursor.sequence, BUCKET_RULE)


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
