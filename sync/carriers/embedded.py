"""How does kombu's SQL transport behave well on one SQLite file that several processes share?

Out of the box it looks once a second and takes the write lock for it, never removes what was consumed, and goes on writing
to a file that was deleted.
"""

import time
from queue import Empty
from typing import Any

from kombu.transport import sqlalchemy as sql
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url

from sync.databases.changes import FileChanges

POLLING_SECONDS = 0.02
PURGE_SECONDS = 5.0
_BUSY_SECONDS = 30


class BusFileGone(Exception):
    """The file of the bus was deleted or replaced while it was open."""


class _Channel(sql.Channel):  # type: ignore[misc]
    # Restoring at the end would dump what cannot be restored into a temporary file. The logs send it again instead.
    do_restore = False

    def __init__(self, connection: Any, **options: Any) -> None:
        super().__init__(connection, **options)
        # Not shared in the process, as kombu would: closing a channel must close the file.
        self._engines: dict[str, Any] = {}
        engine, _ = self._open()
        self._dispose = engine.dispose
        self._changes = FileChanges(str(make_url(connection.client.hostname).database))
        self._filled: set[str] = set()
        self._filled_at: int | None = None
        self._purge_at = time.monotonic()

    def _engine_from_config(self) -> Any:
        engine = create_engine(self.connection.client.hostname, connect_args={"timeout": _BUSY_SECONDS})

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may cost the newest messages, never the file; the logs hold those messages.
            connection.execute("PRAGMA synchronous = NORMAL")

        return engine

    def _put(self, queue: str, payload: Any, **options: Any) -> None:
        self._check_file()
        super()._put(queue, payload, **options)

    def _get(self, queue: str) -> Any:
        self._check_file()
        version = self._changes.version()
        if self._filled_at != version:
            self._filled, self._filled_at = self._read_filled(), version
        if queue not in self._filled:
            raise Empty
        self._purge_consumed()
        return super()._get(queue)

    def close(self) -> None:
        super().close()
        self.session.close()
        self._changes.close()
        self._dispose()

    def _check_file(self) -> None:
        if self._changes.is_replaced():
            raise BusFileGone

    def _read_filled(self) -> set[str]:
        """The queues in which something waits: one look for all of them, without the lock that asking each would take."""
        queues, messages = self.queue_cls, self.message_cls
        waiting = self.session.query(queues.name).join(messages, messages.queue_id == queues.id).filter(messages.visible)
        names = {name for (name,) in waiting.distinct()}
        self.session.rollback()
        return names

    def _purge_consumed(self) -> None:
        if time.monotonic() < self._purge_at:
            return
        messages = self.message_cls
        self.session.query(messages).filter(messages.visible.is_(False)).delete(synchronize_session=False)
        self.session.commit()
        self._purge_at = time.monotonic() + PURGE_SECONDS


class EmbeddedTransport(sql.Transport):  # type: ignore[misc]
    """kombu's SQL transport for `sqlite:////…` addresses."""

    Channel = _Channel
    polling_interval = POLLING_SECONDS
