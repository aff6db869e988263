"""How does SQLite serve several processes at once without losing or refusing anything?

Write-ahead logging lets readers and one writer work side by side. A transaction that means to write asks for the write lock
when it begins: one that read first and then wanted to write would be refused at once whenever somebody else wrote meanwhile.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

BUSY_TIMEOUT_MS = 30_000
_PAUSE_SECONDS = 0.01

READ_ONLY: dict[str, Any] = {"sqlite_read_only": True, "postgresql_readonly": True}
"""Execution options of a connection that only reads, on either database: on SQLite it does not wait for a writer."""


def prepare(engine: Engine) -> None:
    """Sets up every connection of an SQLite engine; another engine is left alone."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by itself, too late and of the wrong kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        kind = "DEFERRED" if connection.get_execution_options().get("sqlite_read_only") else "IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN {kind}")


@contextmanager
def foreign_keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """On SQLite: rows may name others that are not there, until `check_foreign_keys`. Begins and ends outside a transaction."""
    cursor = connection.connection.cursor() if connection.dialect.name == "sqlite" else None
    if cursor is None:
        yield
        return
    cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def check_foreign_keys(connection: Connection) -> None:
    """Raises `IntegrityError` where on SQLite a row names another that is not there."""
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise IntegrityError(f"a row of {lost[0]} names one of {lost[2]} that is not there", None, ValueError(lost[0]))


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turns the file to write-ahead logging, where it is not. SQLite does not wait for its turn to do this by itself."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
