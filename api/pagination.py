"""How is a long list read in pieces?

By keyset: the next page begins behind the last row of this one, so nothing is shown twice or left out while rows are added in
between, and the last page costs what the first does. The place is opaque to its reader.
"""

import base64
import json
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from flask_smorest import abort
from marshmallow import Schema, fields, validate
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.entrance import storable

MAX_LIMIT = 200
DEFAULT_LIMIT = 50

Row = TypeVar("Row")
Read = Callable[[Any], Any]

_READERS: dict[type, Read] = {
    uuid.UUID: uuid.UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    int: int,
    str: str,
}


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the place behind them; `next` is None where there are no more."""

    items: list[Row]
    next: str | None


class PageQuerySchema(Schema):
    """Which page; lists add their filters to it."""

    after = fields.String(metadata={"description": "`next` of the page before"})
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))


def page_schema(item: type[Schema]) -> type[Schema]:
    """The schema of a page of `item`."""
    name = item.__name__.removesuffix("Schema")
    return type(
        f"{name}PageSchema",
        (Schema,),
        {
            "__doc__": f"A page of {name}.",
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(
                required=True, allow_none=True, metadata={"description": "give it as `after`; null where no more follow"}
            ),
        },
    )


def read_page(
    session: Session,
    query: Select[Row],
    *key: InstrumentedAttribute[Any],
    after: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Row]:
    """The rows of `query` behind the place `after`, in the order of `key`, which no two rows share.

    Ends the request with 422 where `after` is no place in such a list.
    """
    if after:
        place = _read_place(after, [_READERS[column.type.python_type] for column in key])
        query = query.where(tuple_(*key) > tuple(place))
    rows = list(session.scalars(query.order_by(*key).limit(limit + 1)))
    more = len(rows) > limit
    return Page(rows[:limit], _write_place([getattr(rows[limit - 1], column.key) for column in key]) if more else None)


def cut_page(
    rows: Iterable[Row], key: Callable[[Row], str], *, after: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[Row]:
    """As `read_page`, of rows that are at hand, each of which has a `key` of its own."""
    in_order = sorted(rows, key=key)
    begin = bisect_right(in_order, _read_place(after, [str])[0], key=key) if after else 0
    items = in_order[begin : begin + limit]
    return Page(items, _write_place([key(items[-1])]) if len(in_order) > begin + limit else None)


def _write_place(values: list[Any]) -> str:
    written = json.dumps([str(value) for value in values]).encode()
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def _read_place(after: str, readers: Sequence[Read]) -> list[Any]:
    try:
        values = [str(value) for value in json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))]
        if all(storable(value) for value in values):
            return [read(value) for read, value in zip(readers, values, strict=True)]
    except (ValueError, TypeError, RecursionError):
        pass
    detail = "This is no place in this list. Begin again without it."
    return abort(HTTPStatus.UNPROCESSABLE_ENTITY, messages={"query": {"after": [detail]}})  # type: ignore[no-any-return]
