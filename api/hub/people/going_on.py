"""Where does somebody go from here who is signing in?

Perhaps a district sent them. What it asked for is kept by the hub, and these pages carry its opaque id: none of them takes an
address from a browser.
"""

from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from api.hub.people.browser import browser
from federation.accounts.models import Missing
from federation.db import db
from federation.sso.asking import Asked, asked

_REQUEST = "request"
_BACK = "/authorize/continue"
"""Where the provider takes over again."""


def who_asked() -> Asked | None:
    """What a district wants of whoever signs in; None where none sent them, or too long ago."""
    if "asked" not in g:
        request_id = request.args.get(_REQUEST)
        g.asked = asked(db.session(), request_id, at=browser.now()) if request_id else None
        if g.asked:
            g.asked_for_languages = g.asked.ui_locales, g.asked.asked_at
    found: Asked | None = g.asked
    return found


def is_lost() -> bool:
    """Whether a district sent somebody, so long ago that nobody knows what for."""
    return _REQUEST in request.args and who_asked() is None


def to(endpoint: str, **values: Any) -> str:
    """The address of another of these pages, which then knows what was asked."""
    if _REQUEST in request.args:
        values[_REQUEST] = request.args[_REQUEST]
    return url_for(endpoint, **values)


def go_to(endpoint: str, **values: Any) -> Response:
    """Leads there."""
    return redirect(to(endpoint, **values), code=303)


def go_on() -> Response:
    """Leads whoever has shown who they are to what is missing, back to the district, or to what they wanted here."""
    begun, wants = browser.begun(), who_asked()
    if begun is None:
        return go_to("people.signing_in.show")
    if begun.missing is Missing.SECOND_FACTOR or (wants and wants.needs_assurance > begun.assurance):
        return go_to("people.second_step.show")
    if begun.missing is Missing.PASSWORD:
        return go_to("people.account.password")
    if wants:
        if not wants.is_met_by(begun.opening, at=browser.now()):
            return go_to("people.signing_in.show")
        return redirect(f"{_BACK}?{urlencode({_REQUEST: request.args[_REQUEST]})}", code=303)
    home = "stewards.home.show" if begun.account.stewardship else "people.account.show"
    return redirect(browser.take_wanted() or url_for(home), code=303)
