"""Is it the hub's operator who asks?

The session is a signed cookie that names the operator's secret by a keyed hash: another secret ends it everywhere. It also ends
by itself, after a while without use and at the latest after a working day.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from federation.db import db
from federation.settings import Settings
from sync.databases.sqlite import READ_ONLY

IDLE_LIMIT = timedelta(hours=1)
ABSOLUTE_LIMIT = timedelta(hours=12)
# The cookie is sent anew when it is this old, not with every answer.
_FRESH = timedelta(minutes=1)

PUBLIC_ENDPOINTS = frozenset({"operation.signing_in", "operation.sign_in"})

_NEXT = "next"


def settings() -> Settings:
    """The hub's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def sit_down(*, at: datetime) -> str:
    """Begins a new session, and gives the local address that was wanted before."""
    wanted = session.get(_NEXT)
    session.clear()
    session.update(operator=_mark(), began=at.timestamp(), seen=at.timestamp())
    return str(wanted or url_for("operation.districts"))


def get_up() -> None:
    """Ends the session."""
    session.clear()


def require_operator() -> Response | None:
    """Sends everybody else to the sign-in page; there is none where no secret is set."""
    if settings().operator_token is None:
        abort(404)
    if request.method == "GET":
        db.session.connection(execution_options=READ_ONLY)
    if request.endpoint in PUBLIC_ENDPOINTS or is_here(at=datetime.now(UTC)):
        return None
    session.clear()
    if request.method == "GET":
        session[_NEXT] = request.full_path
    return redirect(url_for("operation.signing_in"), code=303)


def is_here(*, at: datetime) -> bool:
    """Whether the operator has signed in, not too long ago."""
    if settings().operator_token is None or not hmac.compare_digest(str(session.get("operator", "")), _mark()):
        return False
    idle, age = at.timestamp() - session["seen"], at.timestamp() - session["began"]
    if idle > IDLE_LIMIT.total_seconds() or age > ABSOLUTE_LIMIT.total_seconds():
        return False
    if idle > _FRESH.total_seconds():
        session["seen"] = at.timestamp()
    return True


def for_templates() -> dict[str, Any]:
    """What templates know of the operator: whether there can be one, and whether it is who asks."""
    return {"has_operator": settings().operator_token is not None, "is_operator": is_here(at=datetime.now(UTC))}


def _mark() -> str:
    """What stands in the cookie for the secret, of which it says nothing to who does not have the key."""
    key, token = current_app.config["SECRET_KEY"].encode(), settings().operator_token or ""
    return hmac.digest(key, b"operator\n" + token.encode(), "sha256").hex()
