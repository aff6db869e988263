"""How do new and changed rows of several tables reach PostgreSQL in one trip?

As one statement, each part of which is an INSERT or an UPDATE; that a row names another is looked at when all of them are
there. Measured, a trip for each row takes longer than what the server does with it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import CTE, Select, bindparam, insert, inspect, literal, select, update
from sqlalchemy.orm import DeclarativeBase, Session

from sync.databases.postgresql import is_postgresql

Part: TypeAlias = tuple[type[DeclarativeBase], bool, tuple[str, ...]]
"""A row's model, whether it is new, and which of its columns are written; of one that has changed these begin with its key."""


def write_together(session: Session, *models: type[DeclarativeBase]) -> None:
    """Writes the rows of these `models` that are new in `session`, or have changed there, and lets go of them.

    They say themselves, by their columns, which rows they belong to; what new ones leave out is the table's to fill in. SQLite
    is no trip away: there the session goes on holding them, until it writes as ever.
    """
    if not is_postgresql(session):
        return
    rows = [(row, True, _values(row)) for row in session.new if isinstance(row, models)]
    rows += [(row, False, changes) for row in session.dirty if isinstance(row, models) and (changes := _changes(row))]
    if not rows:
        return
    for row, _, _ in rows:
        session.expunge(row)
    parts = tuple((type(row), is_new, tuple(given)) for row, is_new, given in rows)
    parameters = {_name(place, name): value for place, (_, _, given) in enumerate(rows) for name, value in given.items()}
    session.connection().execute(_statement(parts), parameters)


def _values(row: DeclarativeBase) -> dict[str, Any]:
    """What stands in those columns of a row that have something in them."""
    return {name: value for name, value in vars(row).items() if name in row.__table__.columns and value is not None}


def _changes(row: DeclarativeBase) -> dict[str, Any]:
    """What stands in the key of a row, and in those columns that have changed; nothing where none has."""
    as_before = inspect(row).unmodified
    changed = [column.name for column in row.__table__.columns if column.name not in as_before]
    return {name: getattr(row, name) for name in (*_key(type(row)), *changed)} if changed else {}


@lru_cache
def _statement(parts: Sequence[Part]) -> Select[Any]:
    return select(literal(1)).add_cte(*(_part(place, *part) for place, part in enumerate(parts)))


def _part(place: int, model: type[DeclarativeBase], is_new: bool, names: tuple[str, ...]) -> CTE:
    table: Any = model.__table__
    values = {name: bindparam(_name(place, name), type_=table.c[name].type) for name in names}
    if is_new:
        return insert(table).values(values).cte(f"part_{place}")
    this_one = [table.c[name] == values.pop(name) for name in _key(model)]
    return update(table).where(*this_one).values(values).cte(f"part_{place}")


def _key(model: type[DeclarativeBase]) -> list[str]:
    return [column.name for column in model.__table__.primary_key]


def _name(place: int, column: str) -> str:
    return f"{column}_{place}"
