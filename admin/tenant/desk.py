"""Who sits at this desk?

Whoever is signed in in this browser, which `g.signed_in` says before any page, and works here: by the hub's word, with an
account of the district that they have linked to it, or with that account's own password.
"""

import uuid
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from tenants.db import db
from tenants.organizations.arranging import at_or_below, root
from tenants.settings import Settings
from tenants.sso.knowing import KnownProvider
from tenants.sso.models import LocalSession, SecurityEventKind
from tenants.sso.provider import Provider
from tenants.sso.security_events import note
from tenants.sso.sessions import begin_local_session, cookie
from tenants.staff.models import StaffMember
from tenants.staff.permissions import Permission, granted_at

PUBLIC_ENDPOINTS = frozenset({"desk.signing_in.show", "desk.signing_in.submit", "desk.signing_in.link"})

# The address that was wanted by who had to sign in first; signing in by the hub's word leads there as well.
_NEXT = "next"


def sit_down(staff: StaffMember) -> Response:
    """Begins a new session for `staff`, who showed a password, and leads where they wanted to go. The caller commits."""
    if here := signed_in():
        here.end(at=now())
    key = begin_local_session(db.session(), staff, at=now())
    note(db.session(), SecurityEventKind.SIGNED_IN_LOCALLY, actor=staff.username, address=address(), at=now())
    session.pop("csrf_token", None)
    response = go_on()
    response.set_cookie(**cookie(settings(), key))
    return response


def note_export(file: str, *, rows: int, **which: str) -> None:
    """Writes down that whoever sits here takes data of others along, once they have been read. The caller commits."""
    # A request for a file begins as one that only reads.
    db.session.rollback()
    kind, here = SecurityEventKind.DATA_EXPORTED, signed_in()
    subject = here.subject if here else None
    note(
        db.session(), kind, actor=staff().username, subject=subject, address=address(), at=now(), file=file, rows=rows, **which
    )


def go_on() -> Response:
    """Leads who has just signed in where they wanted to go."""
    return redirect(session.pop(_NEXT, None) or url_for("desk.home.show"), code=303)


def ask_again(back: str) -> Response:
    """Leads to where whoever sits here shows once more that it is them, and from there to the local address `back`."""
    session[_NEXT] = back
    return redirect(url_for("desk.signing_in.show_again"), code=303)


def require_staff() -> Response | None:
    """Sends everybody else to the sign-in page; where they wanted to go is remembered in the session, not in an address."""
    here = signed_in()
    g.staff = here.staff_at_work() if here else None
    if g.staff is not None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if request.method == "GET":
        session[_NEXT] = request.full_path
    return redirect(url_for("desk.signing_in.show"), code=303)


def keep_nowhere(response: Response) -> Response:
    """After somebody has signed out, the browser's way back shows nothing of what they saw."""
    response.headers["Cache-Control"] = "no-store"
    return response


def signed_in() -> LocalSession | None:
    """Who is signed in in this browser, whether or not they work here."""
    found: LocalSession | None = g.signed_in
    return found


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def ask_nothing_more(_app: Flask, **_: object) -> None:
    """Shows a failure without the desk around it: the database may answer nothing more, and the page must not fail as well."""
    g.pop("staff", None)
    g.signed_in = None


def staff() -> StaffMember:
    """Who sits here."""
    member: StaffMember = g.staff
    return member


def settings() -> Settings:
    """The district's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def provider() -> Provider:
    """The city's provider, with no transaction open: what it is asked takes a while. Raises `NotPrepared`."""
    known: KnownProvider = current_app.extensions["provider"]
    found = known.get(db.session())
    db.session.rollback()
    return found


def now() -> datetime:
    """The moment of this request."""
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
    """What templates know of the desk: who sits there, and what they may do anywhere, and in the whole district."""
    sitting = g.get("staff")
    may = {permission.value for permission in Permission if sitting and places(permission)}
    district = root(db.session()).id if sitting else None
    may_in_all = {permission.value for permission in Permission if sitting and district in places(permission)}
    return {
        "staff": sitting,
        "signed_in": g.get("signed_in"),
        "may": may,
        "may_in_all": may_in_all,
        "district_name": settings().district_name,
    }
