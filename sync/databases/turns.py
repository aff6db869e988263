"""How do transactions that must not run side by side take turns?

On PostgreSQL the next one waits at an advisory lock until the one before it has ended. On SQLite a transaction that writes is
alone anyway.
"""

from sqlalchemy import BigInteger, Connection, bindparam, func, select

_WAIT = select(func.pg_advisory_xact_lock(bindparam("turn", type_=BigInteger)))


def take_turn(connection: Connection, turn: int) -> None:
    """Waits until no other transaction of this database has the `turn`, a number of its own for each thing to be done."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT, {"turn": turn})
