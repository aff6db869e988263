"""Who is signed in in the browser that asks for this page?

It is found once, before any page, as `g.signed_in`: a `LocalSession`, or None. So the pages for volunteers and those for
staff know the same person without knowing each other.
"""

from datetime import UTC, datetime

from flask import Flask, current_app, g, request

from sync.databases.sqlite import READ_ONLY
from tenants.db import db
from tenants.settings import Settings
from tenants.sso.knowing import KnownProvider
from tenants.sso.models import LocalSession
from tenants.sso.renewing import renew, take_turn
from tenants.sso.sessions import cookie_name, note_use, session_of

PAGES = ("people", "desk")
# They check a password, and write only after that.
_BEGIN_BY_LOOKING = frozenset({"desk.signing_in.submit", "desk.signing_in.submit_again", "desk.signing_in.link"})


def register(app: Flask) -> None:
    """Lets every page of `app` know who asks for it; to be called before what guards them."""
    app.before_request(_find)


def _find() -> None:
    g.signed_in, g.now = None, datetime.now(UTC)
    if (request.blueprint or "").partition(".")[0] not in PAGES:
        return
    _begin()
    key = request.cookies.get(cookie_name(_settings()))
    found = session_of(db.session(), key, at=g.now) if key else None
    if key and found is not None and (found.is_due(at=g.now) or not found.is_fresh(at=g.now)):
        _note(found)
        _begin()
        found = session_of(db.session(), key, at=g.now)
    g.signed_in = found


def _begin() -> None:
    """Lets requests that only look, or begin so, do it without waiting for anybody who writes."""
    if request.method in ("GET", "HEAD") or request.endpoint in _BEGIN_BY_LOOKING:
        db.session.connection(execution_options=READ_ONLY)


def _note(found: LocalSession) -> None:
    """Writes down that the session is in use and, where it is time to ask, what the hub says of it now."""
    session, session_id = db.session(), found.id
    session.rollback()
    held = session.get_one(LocalSession, session_id)
    note_use(session, held, at=g.now)
    sealed = take_turn(session, held, at=g.now) if held.is_due(at=g.now) else None
    provider = _provider().get(session) if sealed else None
    session.commit()
    if sealed and provider:
        renew(session, held, provider, sealed, settings=_settings(), at=g.now)
        session.commit()


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _provider() -> KnownProvider:
    found: KnownProvider = current_app.extensions["provider"]
    return found
