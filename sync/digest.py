"""Do the two ends of a stream hold the same records?

Each end keeps a hash of every record's newest state, and sums of those hashes: 256 buckets for each kind of record. A write
changes one row and one bucket, so the sums are always at hand. Two ends whose roots are equal hold the same; where they are
not, the buckets lead to the few keys that differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, LargeBinary, String, collate, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync import bulk
from sync.contracts import kind_of

BUCKETS = 256
_HASH_BYTES = 16
_MODULUS = 1 << 8 * _HASH_BYTES


class RecordStateColumns:
    """The newest state of a record, as this end of `stream` knows it: where it stands in the stream, and its hash."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer)
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES))
    minutes: Mapped[int] = mapped_column(BigInteger)


class DigestBucketColumns:
    """How many records of one kind fall into a bucket, their minutes, and the sum of their hashes modulo 2^128."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    sum: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES))


class State(NamedTuple):
    """A record's state in version (`epoch`, `version`), which stands at `sequence` of that epoch."""

    type: str
    key: str
    epoch: int
    version: int
    sequence: int
    hash: bytes
    minutes: int

    @property
    def record(self) -> "Record":
        """Which record this is a state of."""
        return Record(kind_of(self.type), self.key)


class Record(NamedTuple):
    """A record's kind and its key."""

    kind: str
    key: str

    @property
    def bucket(self) -> int:
        """Which of the buckets of its kind it falls into."""
        return sha256(self.key.encode()).digest()[0]


class BucketSum(NamedTuple):
    """What a bucket adds up to; `sum` is hexadecimal, as it travels."""

    kind: str
    bucket: int
    records: int
    minutes: int
    sum: str


@dataclass
class _Change:
    """By how much a bucket changes."""

    records: int = 0
    minutes: int = 0
    sum: int = 0


class Digest:
    """The states and sums of one side's streams, over that side's own tables.

    Whoever writes holds the lock of the stream: its counter row as a writer, its cursor as a reader.
    """

    def __init__(self, states: type[RecordStateColumns], buckets: type[DigestBucketColumns]) -> None:
        self._states: Any = states
        self._buckets: Any = buckets

    def held(self, session: Session, stream: str, records: Iterable[Record]) -> dict[Record, Any]:
        """The rows (`RecordStateColumns` but for stream and bucket) of those `records` that are held."""
        keys: dict[str, list[str]] = defaultdict(list)
        for record in records:
            keys[record.kind].append(record.key)
        row = self._states
        columns = (row.kind, row.key, row.epoch, row.version, row.sequence, row.hash, row.minutes)
        found: dict[Record, Any] = {}
        for kind, wanted in keys.items():
            within = (row.stream == stream) & (row.kind == kind)
            found |= {Record(held.kind, held.key): held for held in bulk.each_of(session, columns, within, row.key, wanted)}
        return found

    def write(self, session: Session, stream: str, states: Sequence[State]) -> None:
        """Keeps the last of `states` of each record, and adds to the sums what that changes."""
        newest = {state.record: state for state in states}
        held = self.held(session, stream, newest)
        changes: dict[tuple[str, int], _Change] = defaultdict(_Change)
        for record, state in newest.items():
            before = held.get(record)
            if before is None or before.hash != state.hash:
                change = changes[record.kind, record.bucket]
                change.records += before is None
                change.minutes += state.minutes - (before.minutes if before else 0)
                change.sum += _number(state.hash) - (_number(before.hash) if before else 0)
        bulk.replace(session, self._states, [_row(stream, record, state) for record, state in newest.items()])
        self._change(session, stream, changes)

    def buckets(self, session: Session, stream: str) -> list[BucketSum]:
        """Every bucket of `stream` that holds anything, in order."""
        row = self._buckets
        query = select(row.kind, row.bucket, row.records, row.minutes, row.sum).where(row.stream == stream)
        rows = session.execute(query.order_by(row.kind, row.bucket))
        return [BucketSum(kind, bucket, records, minutes, sum_.hex()) for kind, bucket, records, minutes, sum_ in rows]

    def states_in(self, session: Session, stream: str, kind: str, bucket: int, *, after: str = "") -> Sequence[Any]:
        """The rows (key, epoch, version, sequence, hash) of one bucket behind the key `after`, in the order of their keys."""
        row = self._states
        # By the characters' numbers on both databases: two ends that sorted by their languages would miss each other's keys.
        key = collate(row.key, "C") if session.get_bind().dialect.name == "postgresql" else row.key
        here = (row.stream == stream, row.kind == kind, row.bucket == bucket, key > after)
        return session.execute(select(row.key, row.epoch, row.version, row.sequence, row.hash).where(*here).order_by(key)).all()

    def _change(self, session: Session, stream: str, changes: dict[tuple[str, int], _Change]) -> None:
        if not changes:
            return
        row = self._buckets
        kinds = {kind for kind, _ in changes}
        query = select(row.kind, row.bucket, row.records, row.minutes, row.sum).where(row.stream == stream, row.kind.in_(kinds))
        sums = {(held.kind, held.bucket): held for held in session.execute(query)}
        rows = []
        for (kind, bucket), change in changes.items():
            held = sums.get((kind, bucket))
            rows.append(
                {
                    "stream": stream,
                    "kind": kind,
                    "bucket": bucket,
                    "records": change.records + (held.records if held else 0),
                    "minutes": change.minutes + (held.minutes if held else 0),
                    "sum": ((change.sum + (_number(held.sum) if held else 0)) % _MODULUS).to_bytes(_HASH_BYTES),
                }
            )
        bulk.replace(session, row, rows)


def state_hash(type: str, key: str, data: bytes) -> bytes:
    """The hash of a record's state: the first 16 bytes of SHA-256 over event type, key and encoded data."""
    return sha256(b"\n".join((type.encode(), key.encode(), data))).digest()[:_HASH_BYTES]


def root_of(buckets: Iterable[BucketSum]) -> str:
    """The hash over all buckets of a stream, in hexadecimal; equal roots mean equal records."""
    lines = (f"{kind}\n{bucket}\n{records}\n{minutes}\n{sum_}" for kind, bucket, records, minutes, sum_ in buckets)
    return sha256("\n".join(lines).encode()).hexdigest()


def differing_buckets(one: Iterable[BucketSum], other: Iterable[BucketSum]) -> list[tuple[str, int]]:
    """The kind and number of each bucket that does not add up to the same on both sides, in order."""
    return sorted({(bucket.kind, bucket.bucket) for bucket in set(one) ^ set(other)})


def _number(hash_: bytes) -> int:
    return int.from_bytes(hash_)


def _row(stream: str, record: Record, state: State) -> dict[str, Any]:
    return {
        "stream": stream,
        "kind": record.kind,
        "key": record.key,
        "bucket": record.bucket,
        "epoch": state.epoch,
        "version": state.version,
        "sequence": state.sequence,
        "hash": state.hash,
        "minutes": state.minutes,
    }
