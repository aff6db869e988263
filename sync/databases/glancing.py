"""How is something looked up without a transaction around it?

A transaction costs PostgreSQL two more trips for its beginning and end, which is most of what a short look costs. SQLite has
no such trips, but would otherwise ask for the write lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from sync.databases.sqlite import READ_ONLY

_NO_TRANSACTION: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}


def glancing(engine: Engine | Connection) -> dict[str, Any]:
    """Execution options of a connection that only looks things up."""
    return READ_ONLY if engine.dialect.name == "sqlite" else _NO_TRANSACTION


@contextmanager
def glance(sessions: "sessionmaker[Session]") -> Iterator[Session]:
    """A session that only looks. On PostgreSQL each statement sees what is committed by then, on SQLite what the first saw."""
    with sessions() as session:
        session.connection(execution_options=glancing(session.get_bind()))
        yield session
