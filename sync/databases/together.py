"""How do new rows of several tables reach PostgreSQL in one trip?

As one statement, each part of which is an INSERT; that a row names another is looked at when all of them are there. Measured, a
trip for each row takes longer than what the server does with it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import CTE, Select, bindparam, insert, literal, select
from sqlalchemy.orm import DeclarativeBase, Session

Part: TypeAlias = tuple[type[DeclarativeBase], tuple[str, ...]]
"""A row's model, and which of its columns have a value."""


def write_together(session: Session, *models: type[DeclarativeBase]) -> None:
    """Writes the new rows of these `models` that `session` holds, and lets go of them.

    They say themselves, by their columns, which rows they belong to; what they leave out is the table's to fill in. SQLite is
    no trip away: there the session goes on holding them, until it writes as ever.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    rows = [row for row in session.new if isinstance(row, models)]
    if not rows:
        return
    values = [_values(row) for row in rows]
    for row in rows:
        session.expunge(row)
    parts = tuple((type(row), tuple(given)) for row, given in zip(rows, values, strict=True))
    parameters = {_name(place, name): value for place, given in enumerate(values) for name, value in given.items()}
    session.connection().execute(_statement(parts), parameters)


def _values(row: DeclarativeBase) -> dict[str, Any]:
    """What stands in those columns of a row that have something in them."""
    return {name: value for name, value in vars(row).items() if name in row.__table__.columns and value is not None}


@lru_cache
def _statement(parts: Sequence[Part]) -> Select[Any]:
    return select(literal(1)).add_cte(*(_part(place, *part) for place, part in enumerate(parts)))


def _part(place: int, model: type[DeclarativeBase], names: tuple[str, ...]) -> CTE:
    columns: Any = model.__table__.c
    values = {name: bindparam(_name(place, name), type_=columns[name].type) for name in names}
    return insert(model.__table__).values(values).cte(f"part_{place}")  # type: ignore[arg-type]


def _name(place: int, column: str) -> str:
    return f"{column}_{place}"
