"""What is done otherwise where the database is PostgreSQL?

The driver prepares a statement after a few uses, and the server would then keep a plan that suited nearly empty tables:
measured, a batch that took 40 ms took 600 ms a minute later. So it is told to keep what it has read and to plan each time anew,
which costs a fraction of a millisecond. Where statements are small and many, that fraction is most of what they cost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.array import ListBinaryDumper
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session


def prepare(engine: Engine, *, keeps_plans: bool = False) -> None:
    """Sets up every connection of a PostgreSQL engine; another engine is left alone.

    The server `keeps_plans` for a process that asks the same of a few rows again and again, and finds them by their keys.
    """
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        if not keeps_plans:
            # Outside a transaction, with which it might be undone.
            connection.autocommit = True
            connection.execute("SET plan_cache_mode = force_custom_plan")
            connection.autocommit = False
        # As text, each element of an array would be searched for what must be quoted.
        connection.adapters.register_dumper(list, ListBinaryDumper)
        # The one that is there for DB-API's Binary is written in Python, and COPY would ask it for every value.
        connection.adapters.register_dumper(bytes, BytesBinaryDumper)


def is_postgresql(session: Session) -> bool:
    """Whether that is what a session works on."""
    return session.get_bind().dialect.name == "postgresql"


@contextmanager
def failing_alike(command: str) -> Iterator[None]:
    """As SQLAlchemy does with what it runs itself, so that a lost connection is told from a row that does not fit."""
    try:
        yield
    except psycopg.Error as error:
        raise (OperationalError if isinstance(error, psycopg.OperationalError) else DBAPIError)(command, None, error) from error
