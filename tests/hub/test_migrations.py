"""Do the migrations lead to the tables that the hub's code knows, and back?"""

import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, inspect
from sqlalchemy.orm import Session

from federation.identity.stewarding.verifying import verify
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


def test_an_older_history_says_what_the_tables_say(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite.prepare(engine)
    MIGRATIONS.upgrade(engine)
    MIGRATIONS.downgrade(engine, "0009")
    with engine.begin() as connection:
        _claim_as_before(connection)
    MIGRATIONS.upgrade(engine)
    with Session(engine) as session:
        found = verify(session)
    assert (found.events, found.differences) == (19, ())
    engine.dispose()


def _claim_as_before(connection: Connection) -> None:
    """Three registrations of one person, as the version before kept them; three claims led from ID to ID."""
    before = MetaData()
    before.reflect(connection)
    at, ids = datetime(2026, 3, 7, 9, 0), [f"4400000000000{number}" for number in range(4)]  # noqa: DTZ001 - as stored

    def put(table: str, *rows: dict[str, Any]) -> None:
        connection.execute(before.tables[table].insert(), list(rows))

    described = {"district": "futian", "organization_id": "o1", "person": b"", "registered_on": "2020-01-01", "epoch": 1}
    put("registration", *({"registration_id": key, "version": 1, **described} for key in ("r1", "r2", "r3")))
    put("volunteer", *({"volunteer_id": volunteer_id, "issued_at": at} for volunteer_id in ids))
    put("volunteer_alias", *({"alias": alias, "volunteer_id": ids[3], "since": at} for alias in ids[:3]))
    link = {"volunteer_id": ids[3], "reason": "no_document", "version": 1, "linked_at": at}
    put("link", *({"registration_id": key, **link} for key in ("r1", "r2", "r3")))
    put("person_total", {"district": "futian", "registrations": 3, "persons": 1})
    events = [
        ("issued", 0, "r1", None),
        ("linked", 0, "r1", None),
        ("linked", 0, "r2", None),
        ("issued", 1, "r3", None),
        ("linked", 1, "r3", None),
        ("claimed", 2, "r1", 0),
        ("claimed", 2, "r3", 1),
        ("claimed", 3, "r1", 2),
    ]
    put(
        "identity_event",
        *(
            {
                "number": number,
                "type": what,
                "volunteer_id": ids[place],
                "registration_id": key,
                "by": "document",
                "evidence": {} if alias is None else {"alias": ids[alias]},
                "at": at,
            }
            for number, (what, place, key, alias) in enumerate(events, 1)
        ),
    )
