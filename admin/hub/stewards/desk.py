"""Who sits at this desk?

Everybody signs in on the hub's own pages, which this desk sends them to. Who is signed in it learns from `app.extensions`,
where the program puts what knows it: pages for people and pages for staff do not import each other.
"""

from datetime import datetime
from typing import Any, Protocol

from flask import current_app, request
from werkzeug.wrappers import Response

from federation.accounts.models import Account, AccountSession, SecurityEventKind
from federation.accounts.permissions import Permission, require
from federation.accounts.security_events import note
from federation.accounts.visits import Visit
from federation.db import db
from federation.settings import Settings


class Browser(Protocol):
    """The browser of the request that is being answered."""

    def held(self) -> AccountSession | None:
        """Its session, where nothing is missing for it to open the account."""

    def look(self, *, only_reads: bool) -> None:
        """Begins a request: one that only reads waits for nobody who writes."""

    def ask_to_sign_in(self, *, again: bool = False) -> Response:
        """Leads to the sign-in page, and back here; with `again` whoever is signed in has to show once more who they are."""

    def visit(self) -> Visit:
        """From where the request comes."""

    def now(self) -> datetime:
        """The moment of the request."""

    def settings(self) -> Settings:
        """The hub's settings."""


def look() -> None:
    """Begins the request."""
    _browser().look(only_reads=request.method in ("GET", "HEAD"))


def require_account() -> Response | None:
    """Sends everybody else to the sign-in page; members of the staff come back with two factors shown."""
    return None if _browser().held() else _browser().ask_to_sign_in()


def require_reviewer() -> None:
    """Refuses accounts that are not of the hub's staff."""
    require(account(), Permission.REVIEW)


def require_recent() -> Response | None:
    """Sends who has not proven lately who they are to do so again."""
    return None if _held().is_recent(at=now()) else _browser().ask_to_sign_in(again=True)


def account() -> Account:
    """Who sits here."""
    return _held().account


def settings() -> Settings:
    """The hub's settings."""
    return _browser().settings()


def visit() -> Visit:
    """From where this request comes."""
    return _browser().visit()


def now() -> datetime:
    """The moment of this request."""
    return _browser().now()


def actor() -> dict[str, Any]:
    """Who acts, and when."""
    return {"by": account().username, "at": now()}


def note_export(file: str, *, rows: int) -> None:
    """Writes down that whoever sits here takes data of others along, once they have been read. The caller commits."""
    # A request for a file begins as one that only reads.
    db.session.rollback()
    kind = SecurityEventKind.DATA_EXPORTED
    note(db.session(), kind, account=account(), actor=account(), at=now(), **visit().told, file=file, rows=rows)


def _held() -> AccountSession:
    held = _browser().held()
    if held is None:
        raise LookupError("nobody sits at this desk")
    return held


def _browser() -> Browser:
    found: Browser = current_app.extensions["browser"]
    return found
