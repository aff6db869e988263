"""How does a hub come by a ledger of any size, without years of waiting?

The rows are made inside PostgreSQL, as events would have left them: ten districts, five years, twenty entries a registration,
one version each, with the states and the totals that go with them. The sums of the digest are left alone: they are rows of a
fixed number, and both ends of the measured stream still agree.
"""

from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from benchmarks.hours import FIELDS
from federation.ledger.models import LedgerEntry
from federation.mailbox import RecordState
from sync.contracts import kind_of
from sync.contracts.hours import HOURS_CERTIFIED

DISTRICTS = ("futian", "luohu", "nanshan", "yantian", "baoan", "longgang", "longhua", "pingshan", "guangming", "dapeng")
_PIECE = 1_000_000
_GROWN: tuple[Any, ...] = (LedgerEntry.__table__, RecordState.__table__)

_ENTRIES = """
WITH entry AS (
    INSERT INTO ledger_entry (
        district, entry_id, epoch, version, registration_id, organization_id, activity, field, month, started_at, ended_at,
        raw_minutes, credited_minutes, state, certified_by, event_id, recorded_at
    )
    SELECT
        districts[1 + number % cardinality(districts)], gen_random_uuid()::text, 1, 1,
        md5((number % greatest(:whole / 20, 1))::text)::uuid::text, md5((number % 2000)::text)::uuid::text,
        '周末社区图书整理与导读服务', fields[1 + number % cardinality(fields)], to_char(began, 'YYYY-MM'),
        began, began + interval '2 hours', 60 + number % 180, 60 + number % 180, 'certified', 'coordinator',
        gen_random_uuid()::text, began
    FROM (SELECT number, timestamptz '2020-01-06 01:00Z' + number % 43800 * interval '1 hour' AS began
          FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS number) AS numbered,
         (SELECT CAST(:districts AS text[]) AS districts, CAST(:fields AS text[]) AS fields) AS named
    RETURNING district, entry_id, credited_minutes
)
INSERT INTO record_state (stream, kind, key, bucket, epoch, version, sequence, hash, minutes)
SELECT
    district || '/up', :kind, entry_id, get_byte(decode(md5(entry_id), 'hex'), 0), 1, 1, 0, decode(md5(entry_id), 'hex'),
    credited_minutes
FROM entry
"""
_TOTALS = """
INSERT INTO {table} (district, {key}, entries, minutes)
SELECT district, {key}, count(*), sum(credited_minutes) FROM ledger_entry GROUP BY district, {key}
ON CONFLICT (district, {key}) DO UPDATE SET entries = excluded.entries, minutes = excluded.minutes
"""
_TOTALLED = {
    "month_total": "month, field",
    "registration_total": "registration_id",
    "organization_total": "organization_id",
}
_PERSONS = """
INSERT INTO person_total (district, registrations, persons)
SELECT district, count(*), count(*) FROM registration_total GROUP BY district
ON CONFLICT (district) DO UPDATE SET registrations = excluded.registrations, persons = excluded.persons
"""


def fill(connection: Connection, *, rows: int) -> None:
    """Lets the ledger in a PostgreSQL database grow to `rows` entries, if it has fewer, and commits."""
    held = connection.scalar(select(func.count()).select_from(LedgerEntry)) or 0
    if held < rows:
        _grow(connection, held, rows)
    for table, key in _TOTALLED.items():
        connection.execute(text(_TOTALS.format(table=table, key=key)))
    connection.execute(text(_PERSONS))
    connection.commit()
    # Now, and not whenever the server thinks of it, which would be in the midst of a measurement.
    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _grow(connection: Connection, held: int, rows: int) -> None:
    connection.execute(text("SET maintenance_work_mem = '512MB'"))
    # An index is built much more quickly over rows that are there than row by row.
    for table in _GROWN:
        connection.execute(DropConstraint(table.primary_key))
    for first in range(held, rows, _PIECE):
        last = min(first + _PIECE, rows) - 1
        values = {"first": first, "last": last, "whole": rows, "kind": kind_of(HOURS_CERTIFIED)}
        connection.execute(text(_ENTRIES), {**values, "districts": list(DISTRICTS), "fields": list(FIELDS)})
    for table in _GROWN:
        connection.execute(AddConstraint(table.primary_key))
