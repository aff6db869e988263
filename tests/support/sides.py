"""How do two parties look that know nothing but the wire?

Each has its own database. What a party reads it writes into a table that counts, so a test sees what was applied twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import String, create_engine, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HourEntryState
from sync.databases import sqlite
from sync.mailbox.applying import Applier, Handler, ParkedRecordColumns
from sync.mailbox.archive import Archive, ReceivedBatchColumns
from sync.mailbox.digest import Digest, DigestSumColumns, RecordStateColumns
from sync.mailbox.facts import Fact
from sync.mailbox.inbox import Inbox, StreamCursorColumns
from sync.mailbox.log import Head, Log, StreamHeadColumns, WrittenBatchColumns
from sync.mailbox.quarantine import Quarantine, QuarantinedMessageColumns
from sync.mailbox.recovery import Recovery
from sync.messages import signing

AT = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
POISON = "poison"


class Model(DeclarativeBase):
    """What both parties keep, each in its own database."""


class StreamHead(StreamHeadColumns, Model):
    __tablename__ = "stream_head"


class WrittenBatch(WrittenBatchColumns, Model):
    __tablename__ = "written_batch"


class StreamCursor(StreamCursorColumns, Model):
    __tablename__ = "stream_cursor"


class ReceivedBatch(ReceivedBatchColumns, Model):
    __tablename__ = "received_batch"


class ParkedRecord(ParkedRecordColumns, Model):
    __tablename__ = "parked_record"


class QuarantinedMessage(QuarantinedMessageColumns, Model):
    __tablename__ = "quarantined_message"


class RecordState(RecordStateColumns, Model):
    __tablename__ = "record_state"


class DigestSum(DigestSumColumns, Model):
    __tablename__ = "digest_sum"


class AppliedFact(Model):
    """A fact as often as it was applied: a second time it would be a second row."""

    __tablename__ = "applied_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]


class RestoredFact(Model):
    """A record's state that was given back, as often as it was."""

    __tablename__ = "restored_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    activity: Mapped[str] = mapped_column(String(80))


class Marker(Model):
    """While this row is there, poisoned facts are refused: a fault that somebody can mend."""

    __tablename__ = "refusing_poison"

    id: Mapped[int] = mapped_column(primary_key=True)


class Ring:
    """The public keys of everybody, by who holds them."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], OKPKey] = {}

    def add(self, party: str, key: OKPKey) -> None:
        self.held[party, str(key.kid)] = signing.read_key(signing.public_jwk(key))

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        return self.held.get((sender, key_id))


@dataclass
class Side:
    """One party: its database, its log and its inbox."""

    party: str
    sessions: "sessionmaker[Session]"
    log: Log
    recovery: Recovery
    digest: Digest
    inbox: Inbox
    applier: Applier
    key: OKPKey
    keys: Ring
    writes: Sequence[str] = field(default_factory=list)

    def keys_in(self, _session: Session) -> Ring:
        """The keys of everybody, whatever a transaction sees."""
        return self.keys

    @property
    def database_url(self) -> str:
        """Where its database is."""
        url: str = self.sessions.kw["bind"].url.render_as_string(hide_password=False)
        return url

    def close(self) -> None:
        """Gives the connections back."""
        self.sessions.kw["bind"].dispose()

    def announce(self, count: int, *, stream: str | None = None, first: int = 1, activity: str = "visit") -> None:
        """Commits `count` events of as many records in one transaction."""
        with self.sessions.begin() as session:
            for number in range(first, first + count):
                announce(self.log, session, stream or self.writes[0], f"e{number}", activity=activity)

    def heads(self) -> dict[str, Head]:
        with self.sessions() as session:
            return {head.stream: head for head in self.log.heads(session)}

    def head(self) -> Head:
        return self.heads()[self.writes[0]]

    def cursor(self, stream: str) -> tuple[int, int, bytes]:
        """Epoch, sequence and hash of the last event applied."""
        with self.sessions() as session:
            row = session.execute(select(StreamCursor).where(StreamCursor.stream == stream)).scalar_one()
            return row.epoch, row.sequence, row.hash

    def has_read(self, head: Head) -> bool:
        """Whether this reader stands where the writer does, by number and by hash."""
        return self.cursor(head.stream) == (head.epoch, head.sequence, head.hash)

    def applied(self) -> list[tuple[str, int, str]]:
        """District, sequence and key of each application."""
        with self.sessions() as session:
            facts = session.execute(
                select(AppliedFact.district, AppliedFact.sequence, AppliedFact.key).order_by(AppliedFact.id)
            )
            return [(district, sequence, key) for district, sequence, key in facts]

    def rows(self, model: type[Any]) -> list[Any]:
        with self.sessions() as session:
            return list(session.scalars(select(model)))

    def count(self, model: type[Model]) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def refuse_poison(self, *, refuse: bool) -> None:
        with self.sessions.begin() as session:
            session.execute(delete(Marker))
            if refuse:
                session.add(Marker(id=1))


def state(key: str, *, activity: str = "visit") -> HourEntryState:
    return HourEntryState(
        entry_id=key,
        registration_id="r1",
        organization_id="o1",
        activity=activity,
        field="elders",
        month="2026-03",
        started_at=AT,
        ended_at=AT,
        raw_minutes=60,
        credited_minutes=60,
        certified_by="s1",
    )


def announce(
    log: Log, session: Session, stream: str, key: str, *, activity: str = "visit", version: int = 1, type: str = HOURS_CERTIFIED
) -> None:
    """Announces one state of record `key`."""
    log.announce(session, stream, type=type, key=key, version=version, data=state(key, activity=activity))


def apply(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """The handler: writes every fact down, and refuses poisoned ones while it is told to."""
    if any(fact.data.activity == POISON for fact in facts) and session.scalar(select(func.count()).select_from(Marker)):
        raise ValueError("poison")
    session.add_all(
        AppliedFact(district=district, sequence=fact.sequence, key=fact.key, version=fact.version) for fact in facts
    )


def restore(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Writes down what was given back."""
    session.add_all(RestoredFact(key=fact.key, version=fact.version, activity=fact.data.activity) for fact in facts)


def open_side(
    url: str,
    party: str,
    *,
    ring: Ring,
    key: OKPKey | None = None,
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
    handler: Handler = apply,
    types: Iterable[str] = (HOURS_CERTIFIED,),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Side:
    """A party on the database at `url`, which may be new or hold what it did before.

    `types` are the events that its version knows; `now` is its clock, as its log reads it.
    """
    engine = create_engine(url)
    sqlite.prepare(engine)
    Model.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    digest = Digest(RecordState, DigestSum)
    log = Log(StreamHead, WrittenBatch, digest, source=lambda stream: f"/districts/{streams.district_of(stream)}", now=now)
    log.listen(sessions)
    recovery = Recovery(log, digest, None if party == streams.HUB else {HOURS_CERTIFIED: restore})
    applier = Applier(ParkedRecord, digest, dict.fromkeys(types, handler))
    inbox = Inbox(
        cursors=StreamCursor,
        archive=Archive(ReceivedBatch),
        digest=digest,
        applier=applier,
        quarantine=Quarantine(QuarantinedMessage),
        recovery=recovery,
    )
    key = key or signing.generate_key()
    ring.add(party, key)
    writes = list(writes)
    with sessions.begin() as session:
        for stream in writes:
            log.open_stream(session, stream)
        for stream in reads:
            inbox.open_stream(session, stream)
    return Side(party, sessions, log, recovery, digest, inbox, applier, key, ring, writes)
