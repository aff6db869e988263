"""What is refused before anybody reads it?

PostgreSQL keeps no text with a null character in it, and neither database one with half a character (an unpaired surrogate).
Nobody types these, so a request that brings one is refused as it comes in, for pages and programs alike: no view and no query
has to think of it.
"""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, Request, request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ADVICE = "A text holds a null character or half a character, which no database keeps. Send it without."


def guard(app: Flask) -> None:
    """Refuses what nothing could keep in addresses and forms of `app`; bodies in JSON are for `Parser`."""
    app.before_request(_refuse_unstorable)


def storable(text: str) -> bool:
    """Whether a database can keep this text."""
    return _UNSTORABLE.search(text) is None


class Parser(FlaskParser):
    """Reads what a program sends, and refuses bodies that cannot be read or kept."""

    def load_json(self, req: Request, schema: Any) -> Any:
        """The body; ends the request with 400 where it cannot be read to its end, or kept."""
        try:
            stated = super().load_json(req, schema)
        except (ValueError, RecursionError):
            # A number of thousands of digits, or lists in lists in lists: JSON, but nobody's hours.
            raise BadRequest("The body is no JSON that can be read here.") from None
        if not all(storable(text) for text in _texts(stated)):
            raise BadRequest(_ADVICE)
        return stated


def _refuse_unstorable() -> None:
    if request.routing_exception is None and not storable("".join(_texts_of_request())):
        raise BadRequest(_ADVICE)


def _texts_of_request() -> Iterator[str]:
    yield request.path
    for pair in (*request.args.items(multi=True), *request.form.items(multi=True)):
        yield from pair
    for file in request.files.values():
        yield file.filename or ""


def _texts(stated: Any) -> Iterator[str]:
    """Every text in a JSON document, however deep."""
    remaining = [stated]
    while remaining:
        one = remaining.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            remaining += [*one, *one.values()]
        elif isinstance(one, list):
            remaining += one
