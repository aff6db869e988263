"""Is this row the first of its key?

One statement says so and writes it. A savepoint around a row that may be refused would take three trips.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def write_first(session: Session, model: type[DeclarativeBase], row: Mapping[str, Any]) -> bool:
    """Whether no row of `model` had this primary key yet, and so it was written; of two at once one is the first."""
    writing = _writing(model, session.get_bind().dialect.name)
    return session.connection().execute(writing, dict(row)).first() is not None


# Built once: that takes longer than to ask it.
@lru_cache
def _writing(model: type[DeclarativeBase], dialect: str) -> Any:
    table: Any = model.__table__
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    key = list(table.primary_key)
    return insert(table).on_conflict_do_nothing(index_elements=key).returning(*key)
