"""Who sits before the browser that asks?"""

from flask import current_app, request

from api.hub.openid.answering import call
from federation.accounts.models import AccountSession
from federation.accounts.sessions import session_of
from federation.settings import Settings


def held() -> AccountSession | None:
    """The open session of this browser."""
    settings: Settings = current_app.config["SETTINGS"]
    key = request.cookies.get("__Host-banyan_account" if settings.secure_cookies else "banyan_account")
    found = session_of(call().session, key, at=call().at) if key else None
    if found is not None and not found.is_fresh(at=call().at):
        found.seen_at = call().at
    return found
