"""How is a row read once a second that every request asks for, and that changes once a month?

A process keeps what it has read for a second, and no longer; what it changes itself it forgets at once. So a change that
somebody makes in another process takes effect everywhere within a second.

What is kept is of no session, and several threads have the same: it is for reading. Whoever wants to change the row takes it
from the session.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from sqlalchemy import event, inspect
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached

SECONDS = 1.0

Row = TypeVar("Row", bound=DeclarativeBase)


class Remembered(Generic[Row]):
    """Rows of one model, of whichever database."""

    def __init__(self, model: type[Row]) -> None:
        self._kept: dict[Hashable, tuple[Row, float]] = {}
        for change in ("after_insert", "after_update", "after_delete"):
            event.listen(model, change, self._forget)

    def get(self, session: Session, key: Hashable, read: Callable[[], Row | None]) -> Row | None:
        """The row that `read` gives, to look at, by whatever tells it from others; None is asked for each time."""
        place = (session.get_bind(), key)
        kept, until = self._kept.get(place, (None, 0.0))
        if kept is not None and time.monotonic() < until:
            return kept
        row = read()
        if row is None:
            return None
        copy = _copy(row)
        self._kept[place] = copy, time.monotonic() + SECONDS
        return copy

    def _forget(self, *_: Any) -> None:
        self._kept.clear()


def _copy(row: Row) -> Row:
    """The same row, of no session."""
    columns = inspect(type(row)).column_attrs
    copy = type(row)(**{column.key: getattr(row, column.key) for column in columns})
    make_transient_to_detached(copy)
    return copy
