"""Do the migrations lead to the tables that the hub's code knows, and back?"""

import threading

from sqlalchemy import create_engine, inspect

from federation.migrations import MIGRATIONS
from sync.databases import sqlite


def test_the_migrations_lead_to_the_tables_in_code(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    assert MIGRATIONS.current(engine) == MIGRATIONS.head
    assert MIGRATIONS.differences(engine) == []
    engine.dispose()


def test_the_migrations_lead_back_to_nothing_and_forward_again(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    MIGRATIONS.downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    MIGRATIONS.upgrade(engine)
    assert MIGRATIONS.differences(engine) == []
    engine.dispose()


def test_two_programs_that_start_at_once_migrate_once(database_url: str) -> None:
    engines = [create_engine(database_url) for _ in range(2)]
    for engine in engines:
        sqlite.prepare(engine)
    failures: list[Exception] = []

    def start(number: int) -> None:
        try:
            MIGRATIONS.upgrade(engines[number])
        except Exception as failure:
            failures.append(failure)

    starting = [threading.Thread(target=start, args=(number,)) for number in range(2)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert failures == []
    assert MIGRATIONS.differences(engines[0]) == []
    for engine in engines:
        engine.dispose()
