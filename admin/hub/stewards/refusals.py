"""How does a steward learn that something was refused?"""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext

from admin.writing import pause
from federation.errors import FederationError, NotAllowed, NotFound, SignInRefused, SignInThrottled

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

_STATUSES: dict[type[FederationError], int] = {NotFound: 404, NotAllowed: 403, SignInRefused: 401, SignInThrottled: 429}

_HEADINGS = {
    NotFound: lazy_gettext("There is nothing here for you"),
    NotAllowed: lazy_gettext("You may not do this here"),
}

_SENTENCES = {
    NotFound: lazy_gettext("What you asked for is not here, or is not here any more."),
    NotAllowed: lazy_gettext("Your role does not allow this. Ask a lead of the hub’s stewards."),
    SignInRefused: lazy_gettext("The name or the password is not right."),
}


def register(pages: Blueprint) -> None:
    """Answers each refusal of the hub with a page, where the view has not put it into its form."""
    for kind in _HEADINGS:
        pages.register_error_handler(kind, _show)


def say(refusal: FederationError) -> str:
    """The refusal in the reader's language."""
    if isinstance(refusal, SignInThrottled):
        return pause(refusal.retry_after_seconds)
    return str(_SENTENCES[type(refusal)])


def answer(page: str, refusal: FederationError) -> Answer:
    """`page`, with the status of the refusal that it shows."""
    status = _STATUSES[type(refusal)]
    if isinstance(refusal, SignInThrottled):
        return page, status, {"Retry-After": str(refusal.retry_after_seconds)}
    return page, status


def _show(refusal: FederationError) -> Answer:
    heading = _HEADINGS[type(refusal)]
    return answer(render_template("hub/stewards/refusal.html", heading=heading, sentence=say(refusal)), refusal)
