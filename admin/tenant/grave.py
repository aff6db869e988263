"""What does nobody do at a desk who has not just shown that it is them?

What is grave is marked so at its view: what lets somebody be taken for somebody else, what changes or hands out the data of
many people, and the log of who signed in. Daily work is not, certifying above all, and neither is what can be taken back.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeAlias

from flask import flash, request, url_for
from flask_babel import LazyString, gettext
from werkzeug.wrappers import Response

from admin.tenant import desk

Values = ParamSpec("Values")
Answer: TypeAlias = str | Response | tuple[str, int]


def grave(
    page: str | None = None, *, press: LazyString | None = None
) -> Callable[[Callable[Values, Answer]], Callable[Values, Answer]]:
    """Marks a view. Who showed too long ago that it is them does so again first, and nothing is done yet.

    They come back to the endpoint `page`, which takes the same values, and read there that `press` is to be pressed once more;
    without both, to the address that they wanted.
    """

    def mark(view: Callable[Values, Answer]) -> Callable[Values, Answer]:
        @wraps(view)
        def guarded(*args: Values.args, **values: Values.kwargs) -> Answer:
            here = desk.signed_in()
            if here is not None and here.is_recent(desk.settings().recent, at=desk.now()):
                return view(*args, **values)
            if press is not None:
                flash(
                    gettext(
                        "Nothing was done yet, and what you entered was not kept: first it was asked once more who you are. "
                        "Press “%(button)s” again.",
                        button=press,
                    ),
                    "warning",
                )
            return desk.ask_again(_address(page) if page else request.full_path)

        return guarded

    return mark


def _address(page: str) -> str:
    """That of the page from which the request came, with all that the request's own address says."""
    path, query = url_for(page, **(request.view_args or {})), request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path
