"""How does a test's database come by its tables without waiting for the migrations each time?"""

from typing import Any

from sqlalchemy import Engine, event

from sync.databases.migrating import Migrations

_taken: dict[tuple[str, str], list[tuple[str, Any]]] = {}


def lay_tables(engine: Engine, migrations: Migrations) -> None:
    """Gives an empty database its tables: the first of its kind is migrated, later ones are told the same statements."""
    kind = (migrations.package, engine.dialect.name)
    if kind not in _taken:
        _taken[kind] = _migrate(engine, migrations)
        return
    with engine.begin() as connection:
        for statement, parameters in _taken[kind]:
            connection.exec_driver_sql(statement, parameters)


def _migrate(engine: Engine, migrations: Migrations) -> list[tuple[str, Any]]:
    statements: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        _connection, _cursor, statement, parameters, _context, _many = arguments
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        migrations.upgrade(engine)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return statements
