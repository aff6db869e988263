"""Is the program well, and can it serve?

`/healthz` speaks for the process alone: whoever restarts programs must not restart one because its database is away.
`/readyz` says whether requests make sense. Neither the broker nor the other side is needed for that, for each side works
alone; what is missing of them is reported, and the answer stays 200.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, json
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sync.databases.migrating import Migrations
from sync.databases.sqlite import READ_ONLY


def health(engine: Engine, migrations: Migrations, *, degraded: Callable[[], list[str]]) -> Blueprint:
    """The two URLs. `degraded` gives a sentence for whatever does not work and is not needed."""
    head = migrations.head
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return _answer(HTTPStatus.OK, {"status": "alive"})

    @blueprint.get("/readyz")
    def ready() -> Response:
        refusal = _refusal(engine, migrations, head)
        if refusal:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "reason": refusal})
        missing = degraded()
        return _answer(HTTPStatus.OK, {"status": "degraded" if missing else "ready", "degraded": missing})

    return blueprint


def _refusal(engine: Engine, migrations: Migrations, head: str | None) -> str | None:
    try:
        current = migrations.current(engine.execution_options(**READ_ONLY))
    except SQLAlchemyError:
        return "The database does not answer."
    if current != head:
        return f"The database is at revision {current}, the program needs {head}. Upgrade the database."
    return None


def _answer(status: HTTPStatus, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, {"Cache-Control": "no-store"}, content_type="application/json")
