"""Who sits at this desk?

The session is a signed cookie that names the account and the account's session epoch: a new password ends it everywhere. It
also ends by itself, after a while without use and at the latest after a working day.
"""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from sync.databases.sqlite import READ_ONLY
from tenants.db import db
from tenants.organizations.arranging import at_or_below, root
from tenants.settings import Settings
from tenants.staff.models import StaffMember
from tenants.staff.permissions import Permission, granted_at

IDLE_LIMIT = timedelta(hours=1)
ABSOLUTE_LIMIT = timedelta(hours=12)
# The cookie is sent anew when it is this old, not with every answer.
_FRESH = timedelta(minutes=1)

PUBLIC_ENDPOINTS = frozenset({"desk.signing_in.show", "desk.signing_in.submit"})

_NEXT = "next"


def sit_down(staff: StaffMember, *, at: datetime) -> str:
    """Begins a new session for `staff`, and gives the local address that they wanted before they had to sign in."""
    wanted = session.get(_NEXT)
    session.clear()
    session.update(
        id=secrets.token_urlsafe(16),
        staff=str(staff.id),
        epoch=staff.session_epoch,
        began=at.timestamp(),
        seen=at.timestamp(),
    )
    return str(wanted or url_for("desk.home.show"))


def get_up() -> None:
    """Ends the session."""
    session.clear()


def read_only_where_nothing_changes() -> None:
    """Lets requests that only look, or begin so, do it without waiting for anybody who writes."""
    if request.method in ("GET", "HEAD") or request.endpoint in PUBLIC_ENDPOINTS:
        db.session.connection(execution_options=READ_ONLY)


def require_staff() -> Response | None:
    """Sends everybody else to the sign-in page; where they wanted to go is remembered in the session, not in an address."""
    g.staff = _signed_in(at=now())
    if g.staff is not None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    session.clear()
    if request.method == "GET":
        session[_NEXT] = request.full_path
    return redirect(url_for("desk.signing_in.show"), code=303)


def ask_nothing_more(_app: Flask, **_: object) -> None:
    """Shows a failure without the desk around it: the database may answer nothing more, and the page must not fail as well."""
    g.pop("staff", None)


def staff() -> StaffMember:
    """Who sits here."""
    member: StaffMember = g.staff
    return member


def settings() -> Settings:
    """The district's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def now() -> datetime:
    """The moment of this request."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def places(permission: Permission) -> set[uuid.UUID]:
    """The organizations in which whoever sits here has `permission`; the tree is walked once a request for the same roles."""
    known: dict[frozenset[uuid.UUID], set[uuid.UUID]] = g.setdefault("places", {})
    tops = granted_at(staff(), permission)
    if tops not in known:
        known[tops] = at_or_below(db.session(), tops)
    return known[tops]


def for_templates() -> dict[str, Any]:
    """What templates know of the desk: who sits there, and what they may do anywhere."""
    sitting = g.get("staff")
    may = {permission.value for permission in Permission if sitting and places(permission)}
    whole = sitting is not None and root(db.session()).id in places(Permission.IMPORT)
    return {"staff": sitting, "may": may, "may_import": whole, "district_name": settings().district_name}


def _signed_in(*, at: datetime) -> StaffMember | None:
    if "staff" not in session:
        return None
    idle, age = at.timestamp() - session["seen"], at.timestamp() - session["began"]
    if idle > IDLE_LIMIT.total_seconds() or age > ABSOLUTE_LIMIT.total_seconds():
        return None
    member = db.session.get(StaffMember, uuid.UUID(session["staff"]))
    if member is None or not member.active or member.session_epoch != session["epoch"]:
        return None
    if idle > _FRESH.total_seconds():
        session["seen"] = at.timestamp()
    return member
