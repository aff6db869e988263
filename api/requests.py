"""What is known of a request when it is over?

Each gets an id, which its answer carries, every line that is logged meanwhile, and whatever is said about its failure; and one
line in the log. Neither queries nor bodies are logged: people are searched for in them.
"""

import time
import uuid

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-ID"

_log = structlog.stdlib.get_logger("banyan.requests")


def observe(app: Flask) -> None:
    """Gives every request of `app` an id, `g.request_id`, and a line in the log; to be called before anything that answers."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = _given_id() or str(uuid.uuid4())
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    _log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.began) * 1000, 1),
    )
    return response


def _given_id() -> str | None:
    """The id that a proxy in front gave the request, where it is a UUID: anything else could break or forge a log line."""
    try:
        return str(uuid.UUID(request.headers.get(HEADER, "")))
    except ValueError:
        return None
