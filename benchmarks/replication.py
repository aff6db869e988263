"""How do hour events go by PostgreSQL's logical replication?

Each district publishes its table of hour entries; the hub's database subscribes to all of them, into one table with a trigger
that keeps the totals of district, month and field, and those of each registration. What is applied waits for the disk, as it
does on the other ways. It has no signature, no proof and no epoch: it needs one trusted network, one owner, and the same
table on both sides.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks.looking import look_at
from benchmarks.ways import Commit, Way
from sync.contracts.hours import HourEntryState

NAME = "logical replication"
_COLUMNS = (
    "entry_id",
    "registration_id",
    "organization_id",
    "activity",
    "field",
    "month",
    "started_at",
    "ended_at",
    "raw_minutes",
    "credited_minutes",
    "certified_by",
)
_TABLE = """
CREATE TABLE hours (
    district text NOT NULL, entry_id text NOT NULL, registration_id text NOT NULL, organization_id text NOT NULL,
    activity text NOT NULL, field text NOT NULL, month text NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL, raw_minutes integer NOT NULL, credited_minutes integer NOT NULL, certified_by text NOT NULL,
    PRIMARY KEY (district, entry_id)
)
"""
_TOTALS = """
CREATE TABLE month_total (
    district text, month text, field text, entries bigint NOT NULL, minutes bigint NOT NULL,
    PRIMARY KEY (district, month, field)
);
CREATE TABLE registration_total (
    district text, registration_id text, entries bigint NOT NULL, minutes bigint NOT NULL,
    PRIMARY KEY (district, registration_id)
);
CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.month_total AS total VALUES (new.district, new.month, new.field, 1, new.credited_minutes)
    ON CONFLICT (district, month, field) DO UPDATE
    SET entries = total.entries + 1, minutes = total.minutes + excluded.minutes;
    INSERT INTO public.registration_total AS total VALUES (new.district, new.registration_id, 1, new.credited_minutes)
    ON CONFLICT (district, registration_id) DO UPDATE
    SET entries = total.entries + 1, minutes = total.minutes + excluded.minutes;
    RETURN NULL;
END $$;
CREATE TRIGGER add_up AFTER INSERT ON hours FOR EACH ROW EXECUTE FUNCTION add_up();
ALTER TABLE hours ENABLE REPLICA TRIGGER add_up;
"""


@contextmanager
def way(database: Callable[[str], AbstractContextManager[str]], *, districts: int) -> Iterator[Way]:
    """Replication from so many databases into one, all of them on one server."""
    codes = [f"district_{number}" for number in range(1, districts + 1)]
    with ExitStack() as stack:
        hub_url = stack.enter_context(database("replicated_hub"))
        _execute(hub_url, _TABLE, _TOTALS)
        urls = {code: stack.enter_context(database(f"replicated_{code}")) for code in codes}
        for code, url in urls.items():
            stack.enter_context(_subscribed(code, url, hub_url))
        writers = [partial(writer, code, url) for code, url in urls.items()]
        yield Way(
            name=NAME if districts == 1 else f"{NAME}, {districts} into one",
            writers=writers,
            certifier=writers[0],
            carry=partial(_carry, hub_url, codes),
            look=partial(look_at, hub_url),
        )


@contextmanager
def writer(code: str, url: str) -> Iterator[Commit]:
    """What commits hour entries in a district."""
    with _connect(url) as connection:

        def commit(entries: Sequence[HourEntryState]) -> None:
            command = f"COPY hours (district, {', '.join(_COLUMNS)}) FROM STDIN"
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(command) as copy:
                for state in entries:
                    copy.write_row([code, *(getattr(state, name) for name in _COLUMNS)])

        yield commit


@contextmanager
def _subscribed(code: str, url: str, hub_url: str) -> Iterator[None]:
    """Lets the hub follow a district, not yet at once."""
    # A slot made by the subscription itself would wait for a transaction of the same server that waits for the slot.
    _execute(
        url,
        _TABLE,
        "CREATE PUBLICATION hours FOR TABLE hours",
        f"SELECT pg_create_logical_replication_slot('{code}', 'pgoutput')",
    )
    where = make_url(url)
    address = f"host={where.host} port={where.port} user={where.username} dbname={where.database}"
    _execute(
        hub_url,
        f"CREATE SUBSCRIPTION {code} CONNECTION '{address}'"
        f" PUBLICATION hours WITH (enabled = false, create_slot = false, slot_name = '{code}', copy_data = false,"
        " binary = true, synchronous_commit = 'on')",
    )
    try:
        yield
    finally:
        _execute(hub_url, f"ALTER SUBSCRIPTION {code} SET (slot_name = NONE)", f"DROP SUBSCRIPTION {code}")
        _execute(url, f"SELECT pg_drop_replication_slot('{code}')")


@contextmanager
def _carry(hub_url: str, codes: Sequence[str]) -> Iterator[None]:
    _execute(hub_url, *(f"ALTER SUBSCRIPTION {code} ENABLE" for code in codes))
    try:
        yield
    finally:
        _execute(hub_url, *(f"ALTER SUBSCRIPTION {code} DISABLE" for code in codes))
        with _connect(hub_url) as connection:
            while connection.execute("SELECT 1 FROM pg_replication_slots WHERE active").fetchone():
                pass


def _execute(url: str, *statements: str) -> None:
    with _connect(url) as connection:
        for statement in statements:
            connection.execute(statement)


def _connect(url: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
