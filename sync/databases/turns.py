"""How do transactions that must not run side by side take turns?

On PostgreSQL the next one waits at an advisory lock until the one before it has ended. On SQLite a transaction that writes is
alone anyway.
"""

from sqlalchemy import Connection, func, select


def take_turn(connection: Connection, turn: int) -> None:
    """Waits until no other transaction of this database has the `turn`, a number of its own for each thing to be done."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(turn)))
