"""How does somebody learn that something was refused?"""

from flask import Blueprint, current_app, render_template
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm

from federation.errors import (
    CodeRefused,
    FederationError,
    Invalid,
    NotFound,
    NotPrepared,
    SignInRefused,
    SignInThrottled,
    StateForbids,
)

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

_STATUSES: dict[type[FederationError], int] = {
    NotFound: 404,
    StateForbids: 409,
    Invalid: 422,
    CodeRefused: 422,
    NotPrepared: 503,
    SignInRefused: 401,
    SignInThrottled: 429,
}
REFUSALS = tuple(_STATUSES)


def register(pages: Blueprint) -> None:
    """Answers each refusal with a page, where the view has not put it into its form."""
    for kind in REFUSALS:
        pages.register_error_handler(kind, _show)


def say(refusal: FederationError) -> str:
    """The refusal in the reader's language."""
    if isinstance(refusal, SignInThrottled):
        # In the words that templates have for it.
        said: str = current_app.jinja_env.filters["pause"](refusal.retry_after_seconds)
        return said
    return str(gettext(refusal.message, **refusal.values))


def into(form: FlaskForm, refusal: FederationError) -> None:
    """Shows the refusal at the field that it names, where the form has that, else at the form's head."""
    field = form[refusal.field] if isinstance(refusal, Invalid) and refusal.field in form else None
    if field is None:
        form.form_errors.append(say(refusal))
    else:
        field.errors = [*field.errors, say(refusal)]


def answer(page: str, refusal: FederationError) -> Answer:
    """`page`, with the status of the refusal that it shows."""
    status = _STATUSES[type(refusal)]
    if isinstance(refusal, SignInThrottled):
        return page, status, {"Retry-After": str(refusal.retry_after_seconds)}
    return page, status


def _show(refusal: FederationError) -> Answer:
    heading = lazy_gettext("This is not possible now")
    return answer(render_template("people/refusal.html", heading=heading, sentence=say(refusal)), refusal)
