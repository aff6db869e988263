"""Do the migrations lead to the tables in code, and back?"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, Uuid, bindparam, create_engine, inspect, select, text
from sqlalchemy import table as table_clause
from sqlalchemy.orm import Session

from sync import streams, uuids
from sync.contracts.hours import HOURS_CERTIFIED
from sync.databases import sqlite
from sync.databases.columns import UtcDateTime
from sync.mailbox.announcing import announcement
from sync.mailbox.digest import Record
from sync.messages import batch, envelope
from sync.uuids import new_uuid
from tenants import mailbox
from tenants.migrations import MIGRATIONS
from tests.support.sides import state


def test_up_equals_the_models_and_down_leaves_nothing(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    assert MIGRATIONS.differences(engine) == []
    assert MIGRATIONS.current(engine) == MIGRATIONS.head
    MIGRATIONS.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


@pytest.mark.parametrize("times", [2])
def test_upgrading_again_changes_nothing(database_url: str, times: int) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    for _ in range(times):
        MIGRATIONS.upgrade(engine)
    assert MIGRATIONS.differences(engine) == []
    engine.dispose()


BEFORE_0004 = """
INSERT INTO organization (id, kind, name, legally_registered, version) VALUES (:street, 'street', 'x', false, 1);
INSERT INTO registration (
    id, local_number, name, registered_on, organization_id, volunteer_id_epoch, volunteer_id_version, version, recorded_at
) VALUES (:volunteer, 'FT1', 'x', '2020-01-01', :street, 0, 0, 1, :moment);
INSERT INTO hour_entry (
    id, registration_id, organization_id, activity, field, started_at, ended_at, raw_minutes, credited_minutes, state,
    recorded_by, version, changed_at
) VALUES (:entry, :volunteer, :street, '导读', '文化', :moment, :moment, 60, 60, 'draft', 'li', 1, :moment);
INSERT INTO hour_entry_version (entry_id, version, act, state, started_at, ended_at, credited_minutes, actor, at)
VALUES (:entry, 1, 'drafted', 'draft', :moment, :moment, 60, 'li', :moment)
"""


def test_older_versions_of_an_entry_say_what_it_says_itself(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine, "0003")
    values = {"street": new_uuid(), "volunteer": new_uuid(), "entry": new_uuid(), "moment": datetime(2026, 3, 6, tzinfo=UTC)}
    types = {name: UtcDateTime() if name == "moment" else Uuid() for name in values}
    with engine.begin() as connection:
        for statement in BEFORE_0004.split(";"):
            named = [bindparam(name, type_=kind) for name, kind in types.items() if f":{name}" in statement]
            connection.execute(text(statement).bindparams(*named), values)
    MIGRATIONS.upgrade(engine)
    with engine.connect() as connection:
        said = connection.execute(text("SELECT activity, field FROM hour_entry_version")).one()
    assert tuple(said) == ("导读", "文化")
    MIGRATIONS.downgrade(engine, "0003")
    engine.dispose()


def test_a_log_of_single_events_becomes_one_of_batches_and_back(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    stream = streams.up("futian")
    with Session(engine) as session, session.begin():
        mailbox.open_streams(session, "futian")
        for first, count, repeated in ((1, 1, False), (2, 1_997, False), (1_999, 3, True), (2_002, 2, False)):
            said = [
                announcement(type=HOURS_CERTIFIED, key=f"e{number}", version=1, data=state(f"e{number}", activity="x" * 400))
                for number in range(first, first + count)
            ]
            mailbox.log.append(session, stream, said, repeated=repeated)
        mailbox.log.open_epoch(session, stream, 2)
    MIGRATIONS.downgrade(engine, "0016")
    single = events_in(engine)
    assert {place for place, event in single.items() if event.restored} == {
        *((1, sequence) for sequence in (1_999, 2_000, 2_001)),
        *((2, sequence) for sequence in range(1, 2_004)),
    }
    for epoch in (1, 2):
        logged = [event for place, event in sorted(single.items()) if place[0] == epoch]
        assert [event.hash for event in logged] == batch.chain_all(
            batch.genesis(stream, epoch), [event.body for event in logged]
        )
        assert [envelope.decode(event.body).subject for event in logged] == [f"e{number}" for number in range(1, 2_004)]
    # Epochs that are over lose their beginning first.
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM log_record WHERE epoch = 1 AND sequence <= 1500"))
    kept = {place: event for place, event in single.items() if place > (1, 1_500)}
    MIGRATIONS.upgrade(engine)
    with Session(engine) as session:
        batches = session.scalars(select(mailbox.WrittenBatch).order_by(mailbox.WrittenBatch.last)).all()
    packed = {
        (row.epoch, sequence): (line, row.repeated)
        for row in batches
        for sequence, line in enumerate(batch.unpack_lines(row.body), row.first)
    }
    assert packed == {place: (event.body, event.restored) for place, event in kept.items()}
    assert {(row.epoch, row.last): row.hash for row in batches}.items() <= {at: one.hash for at, one in kept.items()}.items()
    with Session(engine) as session:
        assert mailbox.log.read(session, stream, epoch=1, after=0) is None
        snapshot = mailbox.log.read(session, stream, epoch=2, after=0)
    assert snapshot is not None
    assert batch.unpack(snapshot).lines[0] == kept[2, 1].body
    MIGRATIONS.downgrade(engine, "0016")
    assert {place: event for place, event in events_in(engine).items() if place[0] == 2} == {
        place: event for place, event in kept.items() if place[0] == 2
    }
    engine.dispose()


def test_records_of_a_moment_come_into_one_bucket_and_back(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    dated = list(uuids.new_uuids(300))
    keys = [*(f"e{number}" for number in range(300)), *dated]
    with Session(engine) as session, session.begin():
        mailbox.open_streams(session, "futian")
        said = [announcement(type=HOURS_CERTIFIED, key=key, version=1, data=state(key)) for key in keys]
        mailbox.log.append(session, streams.up("futian"), said)
    after = buckets_in(engine, "digest_sum")
    assert order_of_keys(engine) == "C"
    assert {bucket for key, bucket in after.of_keys.items() if key in dated} == {Record("hours", dated[0]).bucket}
    MIGRATIONS.downgrade(engine, "0018")
    before = buckets_in(engine, "digest_bucket")
    assert before.of_keys == {key: sha256(key.encode()).digest()[0] for key in keys}
    MIGRATIONS.upgrade(engine)
    assert buckets_in(engine, "digest_sum") == after
    for found in (before, after):
        assert found.sums == found.added_up
    engine.dispose()


class Buckets(NamedTuple):
    """In which bucket each record lies, what the buckets say that they add up to, and what they do."""

    of_keys: dict[str, int]
    sums: dict[int, tuple[int, int, int]]
    added_up: dict[int, tuple[int, int, int]]


def order_of_keys(engine: Engine) -> str:
    """In which order the keys of records are sorted: that of their characters' numbers is SQLite's only one."""
    if engine.dialect.name == "sqlite":
        return "C"
    [key] = [column for column in inspect(engine).get_columns("record_state") if column["name"] == "key"]
    return getattr(key["type"], "collation", None) or "default"


def buckets_in(engine: Engine, table: str) -> Buckets:
    """The records of a district's hours, and their buckets: how many, their minutes and the sum of their hashes."""
    with engine.connect() as connection:
        states = connection.execute(text("SELECT key, bucket, hash, minutes FROM record_state")).all()
        told = connection.execute(select(text("*")).select_from(table_clause(table))).mappings().all()
    added_up: dict[int, tuple[int, int, int]] = {}
    for row in states:
        records, minutes, total = added_up.get(row.bucket, (0, 0, 0))
        added_up[row.bucket] = (records + 1, minutes + row.minutes, total + int.from_bytes(row.hash))
    whole = {row["bucket"]: sum(row[f"sum_{place}"] << 32 * place for place in range(4)) for row in told}
    sums = {row["bucket"]: (row["records"], row["minutes"], whole[row["bucket"]]) for row in told}
    return Buckets({row.key: row.bucket for row in states}, sums, added_up)


class Logged(NamedTuple):
    """An event in a row of its own."""

    body: bytes
    hash: bytes
    restored: bool


def events_in(engine: Engine) -> dict[tuple[int, int], Logged]:
    """Every event of the log before 0017, by its place."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT epoch, sequence, body, hash, restored FROM log_record")).all()
    return {(row.epoch, row.sequence): Logged(bytes(row.body), bytes(row.hash), bool(row.restored)) for row in rows}
