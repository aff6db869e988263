"""How does a steward learn that something was refused?"""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm

from admin.hub.stewards.wording import sentence
from federation.errors import (
    FederationError,
    Invalid,
    NotAllowed,
    NotFound,
    ReasonMissing,
    StateForbids,
)

Answer = tuple[str, int]

_STATUSES: dict[type[FederationError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    StateForbids: 409,
    Invalid: 422,
    ReasonMissing: 422,
}

_HEADINGS = {
    NotFound: lazy_gettext("There is nothing here for you"),
    NotAllowed: lazy_gettext("You may not do this here"),
    StateForbids: lazy_gettext("This is not possible now"),
    Invalid: lazy_gettext("This was refused"),
    ReasonMissing: lazy_gettext("This was refused"),
}


def register(pages: Blueprint) -> None:
    """Answers each refusal of the hub with a page, where the view has not put it into its form."""
    for kind in _HEADINGS:
        pages.register_error_handler(kind, _show)


def say(refusal: FederationError) -> str:
    """The refusal in the reader's language."""
    return sentence(refusal.message, refusal.values)


def answer(page: str, refusal: FederationError) -> Answer:
    """`page`, with the status of the refusal that it shows."""
    return page, _STATUSES[type(refusal)]


def put_into(form: FlaskForm, refusal: FederationError) -> None:
    """Shows the refusal at the reason where that is missing, else at the form's head."""
    errors = form.reason.errors if isinstance(refusal, ReasonMissing) else form.form_errors
    errors.append(say(refusal))


def _show(refusal: FederationError) -> Answer:
    heading = _HEADINGS[type(refusal)]
    return answer(render_template("hub/stewards/refusal.html", heading=heading, sentence=say(refusal)), refusal)
