"""How do the events of a batch take effect?

Each family of events has one handler, which gets all of a batch at once. Where that fails the batch is taken again *carefully*:
what each handler does can be undone by itself, events are tried one by one where all of them fail, and those that still fail
are *parked*: held for a person to look at, with later events of the same record behind them, while everything else flows on.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, LargeBinary, String, Text, bindparam, delete, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync import streams
from sync.contracts import kind_of
from sync.databases import bulk
from sync.databases.columns import UtcDateTime
from sync.errors import Undecodable
from sync.mailbox.digest import Digest, Record
from sync.mailbox.facts import Fact, Unread, read_fact, record_of
from sync.mailbox.runs import Run
from sync.mailbox.sealing import UNSEALED, Cipher
from sync.messages import envelope
from sync.messages.envelope import Event

# A locked or lost database is no fault of the event: the whole batch is tried again later.
_TRANSIENT = (OperationalError, InterfaceError)
_BEHIND = "an earlier event of this record is parked"


class ParkedRecordColumns:
    """An event that could not be applied, at its place in its stream."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_key: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(80))
    line: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(UtcDateTime)


Handler = Callable[[Session, str, Sequence[Fact]], Sequence[bulk.Part] | None]
"""Applies facts of one family that came over the stream of a district: (session, district, facts). It keeps the newest
version of each record, in whatever order they come, and never commits. Of a fact that is not `is_held` it need not look for
older versions, except among those that it gets with it. What it may leave to be written with the rest of what the facts bring,
it gives: that saves a trip to the database. No two handlers give rows of the same model."""


class Unapplied(Exception):
    """A handler failed. Whoever took the batch undoes the whole transaction, and takes the batch again carefully."""


class Applier:
    """Gives events to their handlers, and parks what cannot be applied."""

    def __init__(
        self,
        parked: type[ParkedRecordColumns],
        digest: Digest,
        handlers: Mapping[str, Handler],
        *,
        cipher: Cipher = UNSEALED,
    ) -> None:
        """`handlers` says for each event type who applies it; an event of another type is parked until an upgrade.

        `digest` keeps the state of each record that was applied. What is parked is kept under `cipher`.
        """
        self._parked: Any = parked.__table__  # type: ignore[attr-defined]
        self._digest = digest
        self._handlers = handlers
        self._cipher = cipher
        # Built once: it is run so often that building it anew each time takes longer than running it.
        here = self._parked.c.stream == bindparam("stream")
        self._select_records = select(self._parked.c.type, self._parked.c.record_key).where(here).distinct()

    def read(self, event: Event) -> Fact | Unread:
        """What `event` says, for those who apply it here."""
        try:
            if event.type not in self._handlers:
                raise Undecodable(f"nothing here applies {event.type}")
            return read_fact(event)
        except Undecodable as error:
            return Unread(record_of(event), event.type, event.sequence, str(error))

    def apply(
        self, session: Session, run: Run, *, after: int, carefully: bool, beside: Sequence[bulk.Part], at: datetime
    ) -> None:
        """Applies or parks each event of `run` behind `after`, and writes what belongs `beside` them.

        Raises `Unapplied` where a handler fails, unless it is done `carefully`, which costs more.
        """
        told = run.told_behind(after)
        parked = self._parked_records(session, run.stream)
        facts, reasons = _sort_out(told, parked)
        held = self._digest.held(session, run.stream, {fact.record for fact in facts})
        families: dict[Handler, list[Fact]] = defaultdict(list)
        for fact in _changed(facts, held):
            families[self._handlers[fact.type]].append(fact)
        left: list[bulk.Part] = []
        for handler, members in families.items():
            if carefully:
                reasons |= self._apply_carefully(session, run.stream, handler, members)
            else:
                with _telling_that_it_failed():
                    left += handler(session, streams.district_of(run.stream), members) or ()
        if reasons:
            reasons = _with_what_waits(told, parked, reasons)
            self._park(session, run, told, reasons, at=at)
        applied = [fact for fact in facts if fact.sequence not in reasons]
        if carefully:
            # Some of it may be held by now.
            self._digest.write(session, run.stream, applied, beside=beside)
        else:
            with _telling_that_it_failed():
                self._digest.write(session, run.stream, applied, held=held, beside=[*left, *beside])

    def begin_epoch(self, session: Session, stream: str, epoch: int) -> None:
        """Lets go of what is parked of epochs before `epoch`: its snapshot says again what its writer still knows."""
        parked = self._parked.c
        session.execute(delete(self._parked).where(parked.stream == stream, parked.epoch < epoch))

    def is_parked(self, session: Session, stream: str) -> bool:
        """Whether anything of `stream` waits for a person."""
        return bool(self._parked_records(session, stream))

    def retry(self, session: Session, stream: str) -> int:
        """Applies again what is parked of `stream`, each record in its order; gives how many events went through."""
        parked = self._parked.c
        rows = session.execute(
            select(parked.epoch, parked.sequence, parked.line)
            .where(parked.stream == stream)
            .order_by(parked.epoch, parked.sequence)
        ).all()
        stuck: set[Record] = set()
        done = 0
        for epoch, sequence, line in rows:
            event = envelope.decode(self._cipher.decrypt(line))
            if record_of(event) in stuck or not self._applies_now(session, stream, event):
                stuck.add(record_of(event))
                continue
            here = (parked.stream == stream, parked.epoch == epoch, parked.sequence == sequence)
            session.execute(delete(self._parked).where(*here))
            done += 1
        return done

    def _apply_carefully(self, session: Session, stream: str, handler: Handler, facts: Sequence[Fact]) -> dict[int, str]:
        """Applies all at once or, where that fails, one by one. Gives the reasons of those that failed, by sequence."""
        district = streams.district_of(stream)
        if reason_against(session, district, handler, facts) is None:
            return {}
        reasons: dict[int, str] = {}
        stuck: set[Record] = set()
        # One of them may be about what another has just had an effect on, and its handler ask what has been said so far.
        for fact in map(_perhaps_held, facts):
            reason = _BEHIND if fact.record in stuck else reason_against(session, district, handler, [fact])
            if reason is None:
                self._digest.write(session, stream, [fact])
            else:
                reasons[fact.sequence] = reason
                stuck.add(fact.record)
        return reasons

    def _applies_now(self, session: Session, stream: str, event: Event) -> bool:
        said = self.read(event)
        if isinstance(said, Unread):
            return False
        district, handler = streams.district_of(stream), self._handlers[said.type]
        if reason_against(session, district, handler, [_perhaps_held(said)]) is not None:
            return False
        self._digest.write(session, stream, [said])
        return True

    def _parked_records(self, session: Session, stream: str) -> set[Record]:
        return {Record(kind_of(type_), key) for type_, key in session.execute(self._select_records, {"stream": stream})}

    def _park(
        self, session: Session, run: Run, told: Sequence[Fact | Unread], reasons: Mapping[int, str], *, at: datetime
    ) -> None:
        lines = run.lines_at(reasons.keys())
        rows = [
            {
                "stream": run.stream,
                "epoch": run.epoch,
                "sequence": said.sequence,
                "record_key": said.record.key,
                "type": said.type,
                "line": self._cipher.encrypt(lines[said.sequence]),
                "reason": reasons[said.sequence],
                "parked_at": at,
            }
            for said in told
            if said.sequence in reasons
        ]
        if rows:
            session.execute(insert(self._parked), rows)


def _sort_out(told: Sequence[Fact | Unread], parked: Collection[Record]) -> tuple[list[Fact], dict[int, str]]:
    """The facts among what was told, and the reasons of what cannot be applied, by sequence."""
    stuck = set(parked)
    facts: list[Fact] = []
    reasons: dict[int, str] = {}
    for said in told:
        if said.record in stuck:
            reasons[said.sequence] = _BEHIND
        elif isinstance(said, Unread):
            reasons[said.sequence] = said.reason
            stuck.add(said.record)
        else:
            facts.append(said)
    return facts, reasons


def _with_what_waits(told: Sequence[Fact | Unread], parked: Collection[Record], reasons: Mapping[int, str]) -> dict[int, str]:
    """The `reasons`, and those of what stands behind such an event of the same record, also where that only repeats it."""
    stuck, waiting = set(parked), dict(reasons)
    for said in told:
        if said.sequence in reasons:
            stuck.add(said.record)
        elif said.record in stuck:
            waiting[said.sequence] = _BEHIND
    return waiting


def _changed(facts: Iterable[Fact], held: Mapping[Record, Any]) -> Iterator[Fact]:
    """Those of `facts` that say something new: the snapshot with which an epoch begins mostly repeats what is `held`."""
    hashes = {record: row.hash for record, row in held.items()}
    for fact in facts:
        if hashes.get(fact.record) != fact.hash:
            hashes[fact.record] = fact.hash
            yield _perhaps_held(fact) if fact.record in held else fact


def _perhaps_held(fact: Fact) -> Fact:
    """The same fact, for a handler that is to look whether it has something of the record already."""
    return msgspec.structs.replace(fact, is_held=True)


@contextmanager
def _telling_that_it_failed() -> Iterator[None]:
    try:
        yield
    except _TRANSIENT:
        raise
    except Exception as error:
        raise Unapplied from error


def reason_against(session: Session, district: str, handler: Handler, facts: Sequence[Fact]) -> str | None:
    """Applies `facts`, or undoes the attempt and says what failed, without repeating what the facts contain.

    Raises what the database raises when it is locked or lost.
    """
    try:
        with session.begin_nested():
            bulk.write_all(session, *(handler(session, district, facts) or ()))
    except _TRANSIENT:
        raise
    except Exception as error:
        return f"applying it failed: {type(error).__name__}"
    return None
