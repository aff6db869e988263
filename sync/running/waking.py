"""When does the relay have something to look at?

On PostgreSQL a commit that moves a stream notifies it. On SQLite it asks fifty times a second whether the file has changed.
"""

import time
from typing import Any, Protocol, cast

import psycopg
from sqlalchemy import Engine

from sync.databases.changes import FileChanges
from sync.mailbox.log import NOTIFICATION_CHANNEL

POLLING_SECONDS = 0.02


class Waker(Protocol):
    """Something to sleep on. It raises what the database raises, and starts afresh with the next call."""

    def wait(self, seconds: float) -> None:
        """Returns when a stream may have moved since the last call, at once at the first; at the latest after `seconds`."""

    def close(self) -> None:
        """Gives its connection back."""


def waker_for(engine: Engine) -> Waker:
    """What wakes the relay of the side whose database is behind `engine`."""
    return _Notifications(engine) if engine.dialect.name == "postgresql" else _Polling(engine)


class _Notifications:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, seconds: float) -> None:
        if self._connection is None:
            # What was committed before the first notification arrives has to be looked for.
            self._connection = self._listen()
            return
        try:
            for _ in self._connection.notifies(timeout=seconds, stop_after=1):
                pass
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listen(self) -> "psycopg.Connection[Any]":
        pooled = self._engine.raw_connection()
        connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
        # It stays for good, which the pool must not count.
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {NOTIFICATION_CHANNEL}")
        except psycopg.Error:
            connection.close()
            raise
        return connection


class _Polling:
    def __init__(self, engine: Engine) -> None:
        self._path = str(engine.url.database)
        self._changes: FileChanges | None = None
        self._seen: int | None = None

    def wait(self, seconds: float) -> None:
        if self._changes is None:
            self._changes = FileChanges(self._path)
        deadline = time.monotonic() + seconds
        while (version := self._changes.version()) == self._seen and time.monotonic() < deadline:
            time.sleep(POLLING_SECONDS)
        self._seen = version

    def close(self) -> None:
        changes, self._changes, self._seen = self._changes, None, None
        if changes is not None:
            changes.close()
