"""Who sits at this desk?

The browser shows a random key, in a cookie of its own; what the key opens is a row in the database, so it can be ended from
elsewhere, and ends by itself. Signing in always makes a new one.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, after_this_request, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from federation.accounts.models import Account, AccountSession, Method
from federation.accounts.permissions import Permission, permissions_of, require
from federation.accounts.sessions import begin_session, note_use, session_of
from federation.db import db
from federation.settings import Settings
from sync.databases.sqlite import READ_ONLY

PUBLIC_ENDPOINTS = frozenset({"stewards.signing_in.show", "stewards.signing_in.submit"})
# What is left to somebody whose password others have seen.
_BEFORE_A_NEW_PASSWORD = frozenset(
    {"stewards.account.password", "stewards.account.change_password", "stewards.signing_in.leave"}
)

_NEXT = "stewards_next"


def sit_down(account: Account) -> str:
    """Signs `account` in to this browser, and gives the local address that was wanted before. The caller commits."""
    if here := _held():
        here.end(at=now())
    wanted = session.get(_NEXT)
    session.clear()
    address, user_agent = request.remote_addr or "", request.user_agent.string
    key = begin_session(db.session(), account, methods={Method.PASSWORD}, address=address, user_agent=user_agent, at=now())
    _answer_with_cookie(key)
    return str(wanted or url_for("stewards.home.show"))


def get_up() -> None:
    """Ends this session. The caller commits."""
    here().end(at=now())
    session.clear()
    _answer_with_cookie("")


def read_only_where_nothing_changes() -> None:
    """Lets requests that only look, or begin so, do it without waiting for anybody who writes."""
    if request.method in ("GET", "HEAD") or request.endpoint in PUBLIC_ENDPOINTS:
        db.session.connection(execution_options=READ_ONLY)


def require_account() -> Response | None:
    """Sends everybody else to the sign-in page; where they wanted to go is remembered in the session, not in an address."""
    held = _held()
    if held is not None and not held.is_fresh(at=now()):
        held = _used(held)
    g.held = held
    if request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if held is None:
        if request.method == "GET":
            session[_NEXT] = request.full_path
        return redirect(url_for("stewards.signing_in.show"), code=303)
    if held.account.must_change_password and request.endpoint not in _BEFORE_A_NEW_PASSWORD:
        return redirect(url_for("stewards.account.password"), code=303)
    return None


def require_reviewer() -> None:
    """Refuses accounts that are not of the hub's staff."""
    require(account(), Permission.REVIEW)


def ask_nothing_more(_app: Flask, **_: object) -> None:
    """Shows a failure without the desk around it: the database may answer nothing more, and the page must not fail as well."""
    g.held = None


def here() -> AccountSession:
    """The session of whoever sits here."""
    held: AccountSession = g.held
    return held


def account() -> Account:
    """Who sits here."""
    return here().account


def is_taken() -> bool:
    """Whether somebody sits here."""
    return _held() is not None


def settings() -> Settings:
    """The hub's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def now() -> datetime:
    """The moment of this request."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def actor() -> dict[str, Any]:
    """Who acts, and when."""
    return {"by": account().username, "at": now()}


def for_templates() -> dict[str, Any]:
    """What every page of the hub knows of who sits before it: the account, and what it may do."""
    held = _held()
    may = {permission.value for permission in permissions_of(held.account)} if held else set()
    return {"account": held and held.account, "may": may}


def _held() -> AccountSession | None:
    """The open session of this browser; looked up once a request."""
    if "held" not in g:
        key = request.cookies.get(_cookie())
        g.held = session_of(db.session(), key, at=now()) if key else None
    held: AccountSession | None = g.held
    return held


def _used(held: AccountSession) -> AccountSession | None:
    """Notes that the session is in use, in a transaction of its own: the page that follows may only read."""
    session_id, key = held.id, request.cookies[_cookie()]
    db.session.rollback()
    note_use(db.session(), session_id, at=now())
    db.session.commit()
    read_only_where_nothing_changes()
    return session_of(db.session(), key, at=now())


def _cookie() -> str:
    # With this prefix a browser takes it from nobody but this host, and over HTTPS.
    return "__Host-banyan_account" if settings().secure_cookies else "banyan_account"


def _answer_with_cookie(key: str) -> None:
    """Gives the browser the key to show, or takes it away."""
    attributes: dict[str, Any] = {"secure": settings().secure_cookies, "httponly": True, "samesite": "Lax"}

    @after_this_request
    def answer(response: Response) -> Response:
        if key:
            response.set_cookie(_cookie(), key, **attributes)
        else:
            response.delete_cookie(_cookie(), **attributes)
        return response
