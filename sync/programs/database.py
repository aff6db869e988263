"""How do a program's commands reach its side's database?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from sync.databases import postgresql, sqlite
from sync.mailbox.log import Log
from sync.programs.program import ProgramSettings


@contextmanager
def engine_of(settings: ProgramSettings) -> Iterator[Engine]:
    """The side's database, without its web application."""
    # The connection that was used last: on that the statements of every message have been prepared.
    engine = create_engine(settings.database_url, hide_parameters=True, pool_use_lifo=True)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def session_of(settings: ProgramSettings, log: Log) -> Iterator[Session]:
    """The side's database in one session, which gives what is announced its place in `log` when it commits."""
    with engine_of(settings) as engine:
        sessions = sessionmaker(engine)
        log.listen(sessions)
        with sessions() as session:
            yield session
