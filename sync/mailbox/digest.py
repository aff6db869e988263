"""Do the two ends of a stream hold the same records?

Each end keeps a hash of every record's newest state, and sums of those hashes: 256 buckets for each kind of record. A write
changes one row and one bucket, so the sums are always at hand. Two ends whose roots are equal hold the same; where they are
not, the buckets lead to the few keys that differ.

Records that were made in the same moment fall into the same bucket, as the keys say that they are given: UUIDs of version 7.
So an import touches a bucket or two and not all of them, and what was lost together is missing from few.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from struct import unpack
from typing import Any, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import BigInteger, Integer, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases import bulk, lookups
from sync.databases.columns import ordered_string

BUCKETS = 256
# By which rule records fall into buckets. By the first one the whole of every key decided.
BUCKET_RULE, FIRST_BUCKET_RULE = 2, 1
# A UUID of version 7 begins with the moment at which it was drawn: in so many characters, to a quarter of a second.
_UUID_LENGTH, _VERSION_AT, _MOMENT_LENGTH = 36, 14, 11
_HASH_BYTES = 16
_MODULUS = 1 << 8 * _HASH_BYTES
_SHIFTS = (0, 32, 64, 96)
# So many records are read before the next ones, where a whole stream is read.
_AT_ONCE = 10_000
_COLUMNS = ("stream", "kind", "key", "bucket", "epoch", "version", "sequence", "hash", "minutes")
_SUMS = ("records", "minutes", "sum_0", "sum_1", "sum_2", "sum_3")

_Place: TypeAlias = tuple[str, int]
"""A kind of record, and one of its buckets."""
_ByPlace: TypeAlias = dict[_Place, list[Any]]
"""States, or rows of them, by the bucket that they fall into."""


class RecordStateColumns:
    """The newest state of a record, as this end of `stream` knows it: where it stands in the stream, and its hash."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(ordered_string(80), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer)
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES))
    minutes: Mapped[int] = mapped_column(BigInteger)


class DigestSumColumns:
    """How many records of one kind fall into a bucket, their minutes, and the sum of their hashes.

    The sum is kept in four columns, one for each 32 bits of the hashes, the lowest first. So a database adds to it without
    reading it, and none of them overflows below two thousand million records.
    """

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    sum_0: Mapped[int] = mapped_column(BigInteger)
    sum_1: Mapped[int] = mapped_column(BigInteger)
    sum_2: Mapped[int] = mapped_column(BigInteger)
    sum_3: Mapped[int] = mapped_column(BigInteger)


class Record(msgspec.Struct, frozen=True):
    """A record's kind and its key."""

    kind: str
    key: str

    @property
    def bucket(self) -> int:
        """Which of the buckets of its kind it falls into."""
        is_dated = len(self.key) == _UUID_LENGTH and self.key[_VERSION_AT] == "7"
        return _bucket_of(self.key[:_MOMENT_LENGTH] if is_dated else self.key)


class State(msgspec.Struct, frozen=True):
    """A record's state in version (`epoch`, `version`), which stands at `sequence` of that epoch."""

    record: Record
    epoch: int
    version: int
    sequence: int
    hash: bytes
    minutes: int


class BucketSum(NamedTuple):
    """What a bucket adds up to; `sum` is that of the hashes modulo 2^128, in hexadecimal, as it travels."""

    kind: str
    bucket: int
    records: int
    minutes: int
    sum: str


class Digest:
    """The states and sums of one side's streams, over that side's own tables.

    Whoever writes holds the lock of the stream: its counter row as a writer, its cursor as a reader.
    """

    def __init__(self, states: type[RecordStateColumns], buckets: type[DigestSumColumns]) -> None:
        self._states: Any = states
        self._buckets: Any = buckets
        held = states.__table__.c  # type: ignore[attr-defined]
        columns = (held.kind, held.key, held.epoch, held.version, held.sequence, held.hash, held.minutes)
        within = (held.stream == bindparam("stream")) & (held.kind == bindparam("kind"))
        self._lookup = lookups.Lookup(columns, within, held.key, is_ascending=True)
        sums = select(buckets.kind, buckets.bucket, *(getattr(buckets, name) for name in _SUMS))
        # Built once: it is run so often that building it anew each time takes longer than running it.
        self._select_sums = sums.where(buckets.stream == bindparam("stream")).order_by(buckets.kind, buckets.bucket)

    def held(self, session: Session, stream: str, records: Iterable[Record]) -> dict[Record, Any]:
        """The rows (`RecordStateColumns` but for stream and bucket) of those `records` that are held."""
        keys: dict[str, list[str]] = defaultdict(list)
        for record in records:
            keys[record.kind].append(record.key)
        found: dict[Record, Any] = {}
        for kind, wanted in keys.items():
            # In the index's order, in which the next key is mostly on a page that is at hand.
            rows = self._lookup.find(session, sorted(wanted), stream=stream, kind=kind)
            found |= {Record(held.kind, held.key): held for held in rows}
        return found

    def write(
        self,
        session: Session,
        stream: str,
        states: Sequence[State],
        *,
        held: Mapping[Record, Any] | None = None,
        beside: Sequence[bulk.Part] = (),
    ) -> None:
        """Keeps the last of `states` of each record, and adds to the sums what that changes.

        `held` is what `held` gave of these records, where that was asked already. What other tables are to hold `beside` that
        needs no trip of its own.
        """
        newest = {state.record: state for state in states}
        if held is None:
            held = self.held(session, stream, newest)
        sums: dict[_Place, list[int]] = defaultdict(_nothing)
        rows: list[Mapping[str, Any]] = []
        for record, before in held.items():
            if (changed := newest.pop(record, None)) is not None:
                place = record.kind, record.bucket
                rows.append(dict(zip(_COLUMNS, _values(stream, place, changed), strict=True)))
                if before.hash != changed.hash:
                    _add(sums[place], [before], sign=-1)
                    _add(sums[place], [changed])
        new: _ByPlace = defaultdict(list)
        for record, state in newest.items():
            new[record.kind, record.bucket].append(state)
        for place, members in new.items():
            _add(sums[place], members)
        values = (_values(stream, place, state) for place, members in new.items() for state in members)
        # What is new need not be looked for again.
        rows += bulk.copy_unless_few(session, self._states, _COLUMNS, values, count=len(newest))
        changes = [
            {"stream": stream, "kind": kind, "bucket": bucket, **dict(zip(_SUMS, change, strict=True))}
            for (kind, bucket), change in sums.items()
        ]
        bulk.write_all(session, *beside, bulk.latest(self._states, rows), bulk.sums(self._buckets, changes))

    def buckets(self, session: Session, stream: str, *, rule: int = BUCKET_RULE) -> list[BucketSum]:
        """Every bucket of `stream` that holds anything, in order. By the first rule all records are read for that."""
        if rule == FIRST_BUCKET_RULE:
            return self._first_buckets(session, stream)
        return [_bucket_sum(*row) for row in session.execute(self._select_sums, {"stream": stream})]

    def states_in(
        self, session: Session, stream: str, kind: str, bucket: int, *, after: str = "", rule: int = BUCKET_RULE
    ) -> Sequence[Any]:
        """The rows (key, epoch, version, sequence, hash) of one bucket behind the key `after`, in the order of their keys."""
        row = self._states
        here = [row.stream == stream, row.kind == kind, row.key > after]
        if rule != FIRST_BUCKET_RULE:
            here.append(row.bucket == bucket)
        columns = (row.key, row.epoch, row.version, row.sequence, row.hash)
        rows = session.execute(select(*columns).where(*here).order_by(row.key))
        return [row for row in rows if rule != FIRST_BUCKET_RULE or _bucket_of(row.key) == bucket]

    def _first_buckets(self, session: Session, stream: str) -> list[BucketSum]:
        row = self._states
        sums: dict[_Place, list[int]] = defaultdict(_nothing)
        reading = select(row.kind, row.key, row.hash, row.minutes).where(row.stream == stream)
        for some in session.execute(reading.execution_options(yield_per=_AT_ONCE)).partitions():
            by_place: _ByPlace = defaultdict(list)
            for held in some:
                by_place[held.kind, _bucket_of(held.key)].append(held)
            for place, members in by_place.items():
                _add(sums[place], members)
        return [_bucket_sum(*place, *found) for place, found in sorted(sums.items())]


def state_hash(type: str, key: str, data: msgspec.Raw) -> bytes:
    """The hash of a record's state: the first 16 bytes of SHA-256 over event type, key and encoded data."""
    return sha256(b"\n".join((type.encode(), key.encode(), data))).digest()[:_HASH_BYTES]


def root_of(buckets: Iterable[BucketSum]) -> str:
    """The hash over all buckets of a stream, in hexadecimal; equal roots mean equal records."""
    lines = (f"{kind}\n{bucket}\n{records}\n{minutes}\n{sum_}" for kind, bucket, records, minutes, sum_ in buckets)
    return sha256("\n".join(lines).encode()).hexdigest()


def differing_buckets(one: Iterable[BucketSum], other: Iterable[BucketSum]) -> list[tuple[str, int]]:
    """The kind and number of each bucket that does not add up to the same on both sides, in order."""
    return sorted({(bucket.kind, bucket.bucket) for bucket in set(one) ^ set(other)})


@lru_cache(maxsize=4096)
def _bucket_of(beginning: str) -> int:
    return sha256(beginning.encode()).digest()[0]


def _nothing() -> list[int]:
    return [0] * len(_SUMS)


def _add(sums: list[int], states: Sequence[Any], *, sign: int = 1) -> None:
    """Adds what `states`, one at least, come to (the columns `_SUMS`), or takes it away."""
    # Column by column: to add one state after the other takes three times as long, with every event.
    parts = unpack(f">{len(_SHIFTS) * len(states)}I", b"".join([state.hash for state in states]))
    columns = (parts[place :: len(_SHIFTS)] for place in reversed(range(len(_SHIFTS))))
    added = (len(states), sum([state.minutes for state in states]), *map(sum, columns))
    sums[:] = [value + sign * more for value, more in zip(sums, added, strict=True)]


def _bucket_sum(kind: str, bucket: int, records: int, minutes: int, *parts: int) -> BucketSum:
    return BucketSum(kind, bucket, records, minutes, f"{_whole(parts):032x}")


def _whole(parts: Iterable[int]) -> int:
    return sum(part << shift for part, shift in zip(parts, _SHIFTS, strict=True)) % _MODULUS


def _values(stream: str, place: _Place, state: State) -> tuple[Any, ...]:
    """What a state's row holds in `_COLUMNS`."""
    kind, bucket = place
    return (
        stream,
        kind,
        state.record.key,
        bucket,
        state.epoch,
        state.version,
        state.sequence,
        state.hash,
        state.minutes,
    )
