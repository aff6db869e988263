"""Do the migrations lead to the tables in code, and back?"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Uuid, bindparam, create_engine, inspect, text

from sync.databases import sqlite
from sync.databases.columns import UtcDateTime
from sync.messages.envelope import new_uuid
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


BEFORE_0004 = """
INSERT INTO organization (id, kind, name, legally_registered, version) VALUES (:street, 'street', 'x', false, 1);
INSERT INTO registration (
    id, local_number, name, registered_on, organization_id, volunteer_id_epoch, volunteer_id_version, version, recorded_at
) VALUES (:volunteer, 'FT1', 'x', '2020-01-01', :street, 0, 0, 1, :moment);
INSERT INTO hour_entry (
    id, registration_id, organization_id, activity, field, started_at, ended_at, raw_minutes, credited_minutes, state,
    recorded_by, version, changed_at
) VALUES (:entry, :volunteer, :street, '导读', '文化', :moment, :moment, 60, 60, 'draft', 'li', 1, :moment);
INSERT INTO hour_entry_version (entry_id, version, act, state, started_at, ended_at, credited_minutes, actor, at)
VALUES (:entry, 1, 'drafted', 'draft', :moment, :moment, 60, 'li', :moment)
"""


def test_older_versions_of_an_entry_say_what_it_says_itself(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine, "0003")
    values = {"street": new_uuid(), "volunteer": new_uuid(), "entry": new_uuid(), "moment": datetime(2026, 3, 6, tzinfo=UTC)}
    types = {name: UtcDateTime() if name == "moment" else Uuid() for name in values}
    with engine.begin() as connection:
        for statement in BEFORE_0004.split(";"):
            named = [bindparam(name, type_=kind) for name, kind in types.items() if f":{name}" in statement]
            connection.execute(text(statement).bindparams(*named), values)
    MIGRATIONS.upgrade(engine)
    with engine.connect() as connection:
        said = connection.execute(text("SELECT activity, field FROM hour_entry_version")).one()
    assert tuple(said) == ("导读", "文化")
    MIGRATIONS.downgrade(engine, "0003")
    engine.dispose()
