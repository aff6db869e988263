"""How do many rows reach the database at once?

To PostgreSQL new rows go by COPY in binary form (measured: half the time of `unnest`, a third of `executemany`). Rows that
may meet others go as one array for each column, which `unnest` turns into rows there: one round trip and one plan, however
many rows. SQLite lives in this process, so the driver's own loop over the rows is quickest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from sync.databases.columns import UtcDateTime
from sync.databases.postgresql import failing_alike, is_postgresql

Rows: TypeAlias = Sequence[Mapping[str, Any]]
"""Rows by column name; all of them name the same columns."""

FEW = 100
"""So many rows of a table are written in a statement that may be about others, too; of more, those that are new are copied."""

_Insert: TypeAlias = postgresql.Insert | sqlite.Insert
_OnConflict: TypeAlias = Callable[[Any, Table], _Insert]


class Part(NamedTuple):
    """Rows of one model, and what becomes of those whose primary key is there already."""

    model: type[Any]
    rows: Rows
    on_conflict: _OnConflict


def append(session: Session, model: type[Any], rows: Rows) -> None:
    """Inserts rows that are known to be new."""
    if not rows:
        return
    names = tuple(rows[0])
    _append(session, model.__table__, names, map(itemgetter(*names), rows))


def copy_unless_few(
    session: Session, model: type[Any], names: Sequence[str], values: Iterable[Sequence[Any]], *, count: int
) -> Rows:
    """Inserts `count` rows that are known to be new, given the `values` of the columns `names`; few of them it gives instead.

    Those are then written in a statement that is about others, too (`write_all`), and cost no trip of their own. PostgreSQL
    takes one of many rows while the next is made, so whatever is to be worked out for each costs next to nothing here.
    """
    if count <= FEW:
        return [dict(zip(names, row, strict=True)) for row in values]
    _append(session, model.__table__, names, values)
    return []


def keep_newest(session: Session, model: type[Any], rows: Rows) -> None:
    """Inserts records, or replaces those of an older (`epoch`, `version`). No two rows are of the same record."""
    _write(session, [newest(model, rows)])


def replace(session: Session, model: type[Any], rows: Rows) -> None:
    """Inserts records, or replaces those that are there. No two rows are of the same record."""
    _write(session, [Part(model, rows, _replace)])


def add_up(session: Session, model: type[Any], rows: Rows) -> None:
    """Adds the columns outside the primary key to what is there. No two rows have the same primary key."""
    _write(session, [sums(model, rows)])


def write_all(session: Session, *parts: Part) -> None:
    """Writes rows of several models, each named once, in this order; to PostgreSQL in one statement as far as that goes.

    There a row may name another of its statement, as that is looked at in the end. Many rows that are new are copied instead.
    """
    together: list[Part] = []
    for part in parts:
        if part.on_conflict is _keep and (len(part.rows) > FEW or not is_postgresql(session)):
            _write(session, together)
            together = []
            append(session, part.model, part.rows)
        else:
            together.append(part)
    _write(session, together)


def new(model: type[Any], rows: Rows) -> Part:
    """Rows that are known to be new, for `write_all`."""
    return Part(model, rows, _keep)


def newest(model: type[Any], rows: Rows) -> Part:
    """Rows for `write_all`, as `keep_newest` takes them."""
    return Part(model, rows, _replace_older)


def latest(model: type[Any], rows: Rows) -> Part:
    """Rows for `write_all`, as `replace` takes them."""
    return Part(model, rows, _replace)


def sums(model: type[Any], rows: Rows) -> Part:
    """Rows for `write_all`, as `add_up` takes them."""
    return Part(model, rows, _add)


def _wire_type(type_: TypeEngine[Any]) -> str:
    """The PostgreSQL type whose binary form a column of `type_` takes."""
    names: dict[type[TypeEngine[Any]], str] = {
        UtcDateTime: "timestamptz",
        BigInteger: "int8",
        Boolean: "bool",
        Double: "float8",
        Integer: "int4",
        LargeBinary: "bytea",
    }
    return names.get(type(type_), "text")


def _append(session: Session, table: Any, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    if is_postgresql(session):
        _copy(session, table, names, rows)
    else:
        _insert_many(session, table, names, list(rows))


def _copy(session: Session, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    command = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    connection: Any = session.connection().connection
    with failing_alike(command), connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.set_types([_wire_type(table.c[name].type) for name in names])
        for row in rows:
            copy.write_row(row)


def _insert_many(session: Session, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    # What SQLAlchemy does for each row around the driver's loop takes longer than the loop.
    connection = session.connection()
    types = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    converters = [type_.bind_processor(connection.dialect) for type_ in types]
    columns = [
        [convert(value) for value in column] if convert else column
        for convert, column in zip(converters, zip(*rows, strict=True), strict=True)
    ]
    places = ", ".join("?" * len(names))
    command = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of our own columns
    connection.exec_driver_sql(command, list(zip(*columns, strict=True)))


def _write(session: Session, parts: Sequence[Part]) -> None:
    filled = {part.model.__table__: part for part in parts if part.rows}
    if len(filled) < sum(bool(part.rows) for part in parts):
        raise ValueError("rows of one model came in two parts, of which only one would be written")
    if not filled:
        return
    if is_postgresql(session):
        shapes = tuple(map(_shape, filled.values()))
        values = {name: value for shape in shapes for name, value in shape.values(filled[shape.table].rows)}
        session.execute(_insert_together(shapes), values)
    else:
        for table, part in filled.items():
            session.execute(_insert_each(table, part.on_conflict), list(part.rows))


@lru_cache
def _insert_each(table: Table, on_conflict: _OnConflict) -> _Insert:
    return on_conflict(sqlite.insert(table), table)


class _Shape(NamedTuple):
    """What a statement depends on: the columns of a table that are written, and whether that is a row alone."""

    table: Table
    names: tuple[str, ...]
    is_alone: bool
    on_conflict: _OnConflict

    def parameter(self, name: str) -> str:
        """What stands in a statement for the values of a column."""
        return f"{self.table.name}_{name}"

    def values(self, rows: Rows) -> Iterator[tuple[str, Any]]:
        """What the parameters are: the value of a row alone, or an array of those of all rows."""
        for name in self.names:
            yield self.parameter(name), rows[0][name] if self.is_alone else [row[name] for row in rows]

    def insert(self) -> _Insert:
        """The part of a statement that writes the rows. One alone is planned in less time than `unnest`."""
        types = {name: self.table.c[name].type for name in self.names}
        insert = postgresql.insert(self.table)
        if self.is_alone:
            values = {name: bindparam(self.parameter(name), type_=type_) for name, type_ in types.items()}
            return self.on_conflict(insert.values(values), self.table)
        arrays = [bindparam(self.parameter(name), type_=ARRAY(type_)) for name, type_ in types.items()]
        columns = func.unnest(*arrays).table_valued(*self.names).render_derived()
        return self.on_conflict(insert.from_select(self.names, select(*columns.c)), self.table)


def _shape(part: Part) -> _Shape:
    return _Shape(part.model.__table__, tuple(part.rows[0]), len(part.rows) == 1, part.on_conflict)


@lru_cache
def _insert_together(shapes: tuple[_Shape, ...]) -> _Insert:
    *others, last = shapes
    return last.insert().add_cte(*(other.insert().cte(f"into_{other.table.name}") for other in others))


def _keep(insert: _Insert, _table: Table) -> _Insert:
    """Nothing: whoever writes knows that there is none."""
    return insert


def _replace(insert: Any, table: Table, where: ColumnElement[bool] | None = None) -> _Insert:
    arriving = insert.excluded
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=table.primary_key,
        set_={column.name: arriving[column.name] for column in table.columns if not column.primary_key},
        where=where,
    )


def _replace_older(insert: Any, table: Table) -> _Insert:
    arriving = insert.excluded
    return _replace(insert, table, tuple_(arriving.epoch, arriving.version) > tuple_(table.c.epoch, table.c.version))


def _add(insert: Any, table: Table) -> _Insert:
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=table.primary_key,
        set_={column.name: column + insert.excluded[column.name] for column in table.columns if not column.primary_key},
    )
