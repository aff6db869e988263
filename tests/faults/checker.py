"""Do the databases of the hub and its districts prove, without a line of the project's code, that nothing was lost or doubled?

Plain SQL, and the specification (`docs/protocol.md`) once more: a fault in the code that keeps the books must not hide in the
code that examines them. For parties at rest.
"""

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
import psycopg
import zstandard

_SQLITE = "sqlite:///"
_MODULUS = 1 << 128
_PAUSE_SECONDS = 0.2
_HEADS = "SELECT epoch, sequence, hash FROM stream_head WHERE stream = '{stream}'"
_CURSORS = "SELECT epoch, sequence, hash FROM stream_cursor WHERE stream = '{stream}'"
_STATES = "SELECT kind, key, epoch, version, hash, minutes FROM record_state WHERE stream = '{stream}' ORDER BY kind, key"
_BUCKETS = """
    SELECT kind, bucket, records, minutes, sum_0, sum_1, sum_2, sum_3 FROM digest_sum WHERE stream = '{stream}'
"""
_BATCHES = """
    SELECT first, last, body, hash FROM written_batch
    WHERE stream = '{stream}' AND epoch = (SELECT epoch FROM stream_head WHERE stream = '{stream}') ORDER BY last
"""
# The newest version of an entry is the one that counts.
_LEDGER = """
    SELECT {columns}, count(*), sum(credited_minutes) FROM ledger_entry AS entry
    WHERE district = '{code}' AND state <> 'revoked' AND NOT EXISTS (
        SELECT 1 FROM ledger_entry AS later WHERE later.district = entry.district AND later.entry_id = entry.entry_id
        AND (later.epoch, later.version) > (entry.epoch, entry.version))
    GROUP BY {columns}
"""
_CERTIFIED = """
    SELECT {month}, field, count(*), sum(credited_minutes) FROM hour_entry WHERE state = 'certified' GROUP BY {month}, field
"""
# China's time has no summer time, so that eight hours more are always right.
_MONTHS = {
    "sqlite": "strftime('%Y-%m', started_at, '+8 hours')",
    "postgresql": "to_char(started_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
}
_TOTALS = {
    "month_total": "month, field",
    "registration_total": "registration_id",
    "organization_total": "organization_id",
}


@dataclass(frozen=True)
class Book:
    """One party's database, opened to be read."""

    kind: str
    connection: Any

    def rows(self, statement: str, **names: str) -> list[tuple[Any, ...]]:
        """What `statement` gives, with these names put in."""
        return [tuple(_plain(value) for value in row) for row in self.connection.execute(statement.format(**names)).fetchall()]

    def one(self, statement: str, **names: str) -> tuple[Any, ...]:
        """Its only row."""
        [row] = self.rows(statement, **names)
        return row

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        catalogue = "sqlite_master WHERE name" if self.kind == "sqlite" else "pg_tables WHERE tablename"
        return self.one("SELECT count(*) FROM {catalogue} = '{table}'", catalogue=catalogue, table=table) != (0,)


@contextmanager
def _opened(url: str) -> Iterator[Book]:
    if url.startswith(_SQLITE):
        with closing(sqlite3.connect(f"file:{url.removeprefix(_SQLITE)}?mode=ro", uri=True)) as connection:
            yield Book("sqlite", connection)
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            yield Book("postgresql", connection)


def check(urls: Mapping[str, str], *, refused: int = 0) -> None:
    """Examines the databases at `urls`, one for the hub, the others named for their districts; raises `AssertionError`.

    The hub has quarantined as many messages as were `refused`, the districts none.
    """
    with ExitStack() as stack:
        districts = {code: stack.enter_context(_opened(url)) for code, url in urls.items()}
        hub = districts.pop("hub")
        assert len(hub.rows("SELECT code FROM quarantined_message")) == refused
        for code, district in districts.items():
            assert district.rows("SELECT code FROM quarantined_message") == []
            _check_stream(f"{code}/up", writer=district, reader=hub)
            _check_stream(f"{code}/down", writer=hub, reader=district)
            if hub.has("ledger_entry"):
                _check_hours(code, hub=hub, district=district)
                _check_ids(code, hub=hub, district=district)
            else:
                _check_applied_once(f"{code}/up", writer=district, reader=hub)
                _check_applied_once(f"{code}/down", writer=hub, reader=district)
        assert hub.rows("SELECT stream, record_key, reason FROM parked_record") == []
        if hub.has("ledger_entry"):
            _check_persons(hub)


def come_right(urls: Mapping[str, str], *, refused: int = 0, within: float = 120.0) -> None:
    """Waits until `check` finds nothing wrong between parties at work; raises what it finds at the deadline."""
    deadline = time.monotonic() + within
    while True:
        try:
            check(urls, refused=refused)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _check_stream(stream: str, *, writer: Book, reader: Book) -> None:
    head = writer.one(_HEADS, stream=stream)
    assert reader.one(_CURSORS, stream=stream) == head, f"the reader of {stream} does not stand at its head"
    assert writer.one("SELECT peer_sequence, recovery FROM stream_head WHERE stream = '{stream}'", stream=stream) == (
        head[1],
        None,
    )
    assert reader.rows("SELECT record_key FROM parked_record WHERE stream = '{stream}'", stream=stream) == []
    states = writer.rows(_STATES, stream=stream)
    assert reader.rows(_STATES, stream=stream) == states, f"the two ends of {stream} hold different records"
    sums = _sums_of(states)
    for book in (writer, reader):
        kept = {(kind, bucket): tuple(rest) for kind, bucket, *rest in book.rows(_BUCKETS, stream=stream)}
        assert {place: _whole(*found) for place, found in kept.items() if found[0]} == sums, f"{stream} is added up wrongly"
    _check_chain(stream, head, states, writer)


def _sums_of(states: Sequence[tuple[Any, ...]]) -> dict[tuple[str, int], tuple[int, int, int]]:
    """Count, minutes and the sum of the hashes of each bucket."""
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for kind, key, _, _, hash_, minutes in states:
        # What is dated falls together with what was made in the same quarter of a second.
        beginning = key[:11] if len(key) == 36 and key[14] == "7" else key
        found = sums[kind, sha256(beginning.encode()).digest()[0]]
        for place, value in enumerate((1, minutes, int.from_bytes(hash_))):
            found[place] += value
    return {place: (count, minutes, total % _MODULUS) for place, (count, minutes, total) in sums.items()}


def _whole(records: int, minutes: int, *parts: int) -> tuple[int, int, int]:
    return records, minutes, sum(part << 32 * place for place, part in enumerate(parts)) % _MODULUS


def _check_chain(stream: str, head: tuple[Any, ...], states: Sequence[tuple[Any, ...]], writer: Book) -> None:
    """The epoch has no hole, each hash follows from all before it, and the newest event of each record is its state."""
    epoch, last, hash_ = head
    place, here = 0, sha256(f"genesis\n{stream}\n{epoch}".encode()).digest()
    said: dict[tuple[str, str], bytes] = {}
    for first, until, body, kept in writer.rows(_BATCHES, stream=stream):
        assert first == place + 1
        for line in _lines(body):
            place, here = place + 1, sha256(here + line).digest()
            event = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            assert msgspec.json.decode(event["sequence"], type=int) == place
            type_, key = (msgspec.json.decode(event[name], type=str).encode() for name in ("type", "subject"))
            said[type_.decode().split(".")[0], key.decode()] = sha256(b"\n".join((type_, key, bytes(event["data"])))).digest()[
                :16
            ]
        assert (until, kept) == (place, here)
    assert (last, hash_) == (place, here)
    assert Counter(said.values()) == Counter(state[4] for state in states)


def _check_applied_once(stream: str, *, writer: Book, reader: Book) -> None:
    """Parties that know nothing but the wire: each state of each record has had its effect, once."""
    batches = writer.rows("SELECT body FROM written_batch WHERE stream = '{stream}'", stream=stream)
    events = [msgspec.json.decode(line) for (body,) in batches for line in _lines(body)]
    said = {(event["subject"], event["recordversion"]) for event in events}
    district = stream.partition("/")[0]
    applied = reader.rows("SELECT key, version FROM applied_fact WHERE district = '{district}'", district=district)
    assert Counter(applied) == Counter(said)


def _check_hours(code: str, *, hub: Book, district: Book) -> None:
    """What the district certified is what the ledger holds, and what every total adds up to."""
    certified = sorted(district.rows(_CERTIFIED, month=_MONTHS[district.kind]))
    assert sorted(hub.rows(_LEDGER, code=code, columns="month, field")) == certified
    for table, columns in _TOTALS.items():
        totals = "SELECT {columns}, entries, minutes FROM {table} WHERE district = '{code}' AND entries > 0"
        ledger = hub.rows(_LEDGER, code=code, columns=columns)
        assert sorted(hub.rows(totals, table=table, columns=columns, code=code)) == sorted(ledger)


def _check_ids(code: str, *, hub: Book, district: Book) -> None:
    """Everybody in the district has the ID that the hub has for them."""
    linked = hub.rows(
        "SELECT link.registration_id, volunteer_id FROM link"
        " JOIN registration ON registration.registration_id = link.registration_id WHERE district = '{code}'",
        code=code,
    )
    held = district.rows("SELECT id, volunteer_id FROM registration")
    assert sorted(linked) == sorted((_dashed(id_), volunteer_id) for id_, volunteer_id in held)


def _check_persons(hub: Book) -> None:
    """No ID is held by two persons: whoever shares one shares a document. An alias leads to a person in one step."""
    tokens: dict[str, set[bytes]] = defaultdict(set)
    for registration_id, token in hub.rows("SELECT registration_id, token FROM registration_document"):
        tokens[registration_id].add(token)
    holders: dict[str, list[set[bytes]]] = defaultdict(list)
    for volunteer_id, registration_id in hub.rows("SELECT volunteer_id, registration_id FROM link"):
        holders[volunteer_id].append(tokens[registration_id])
    strangers = [id_ for id_, documents in holders.items() if len(documents) > 1 and not set.intersection(*documents)]
    assert strangers == []
    aliases = dict(hub.rows("SELECT alias, volunteer_id FROM volunteer_alias"))
    assert set(aliases) & (set(holders) | set(aliases.values())) == set()
    assert {volunteer_id for (volunteer_id,) in hub.rows("SELECT volunteer_id FROM volunteer")} == set(holders) | set(aliases)


def _lines(body: bytes) -> list[bytes]:
    """The events in a batch."""
    return zstandard.decompress(body).split(b"\n")


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _dashed(id_: Any) -> str:
    """A registration's ID as the wire writes it; SQLite keeps it without dashes."""
    text = str(id_)
    return text if "-" in text else "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
