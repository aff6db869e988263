"""Who may see which of these pages?"""

from flask import request
from werkzeug.wrappers import Response

from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, who_asked
from federation.accounts.factors.standing import factors_of
from federation.accounts.models import AccountSession, Missing
from federation.db import db

_ROOMS_FOR_EVERYBODY = ("signing_in", "second_step", "signing_up", "claiming", "recovering", "outbox")
# What is left to somebody whose password others have seen.
_FOR_A_NEW_PASSWORD = frozenset({"people.account.password", "people.account.submit_password"})
# These begin by reading, and then take their time before they write.
_BEGINNING = frozenset({"people.signing_in.submit", "people.account.submit_password"})


def look() -> None:
    """Begins the request; who sent the visitor here is known before anything is said, for they say in which language."""
    browser.look(only_reads=request.method in ("GET", "HEAD") or request.endpoint in _BEGINNING)
    who_asked()


def require_account() -> Response | None:
    """Sends everybody else to the sign-in page, and who has not shown all that is needed to where that is shown.

    How somebody signs in they may only change a short while after they have proven who they are.
    """
    _, room, *_ = (request.endpoint or "").split(".")
    if room in _ROOMS_FOR_EVERYBODY:
        return None
    begun = browser.begun()
    if begun is None:
        return browser.ask_to_sign_in()
    if begun.missing is Missing.SECOND_FACTOR and not (room == "factors" and not factors_of(db.session(), begun.account)):
        return go_on()
    if begun.missing is Missing.PASSWORD and request.endpoint not in _FOR_A_NEW_PASSWORD:
        return go_on()
    if room in ("factors", "contacts") and not begun.is_recent(at=browser.now()):
        return browser.ask_to_sign_in(again=True)
    return None


def here() -> AccountSession:
    """The session of who asks for a page that is not for everybody."""
    begun = browser.begun()
    if begun is None:
        raise LookupError("this page is for everybody")
    return begun
