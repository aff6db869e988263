"""Do the migrations lead to the tables in code, and back?"""

import pytest
from sqlalchemy import create_engine, inspect

from sync import sqlite
from tenants.migrations import MIGRATIONS


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
