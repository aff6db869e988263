"""How does a person learn that something was refused?"""

from flask import Blueprint, render_template
from flask_babel import gettext
from flask_wtf import FlaskForm

from admin.tenant.wording import sentence
from admin.writing import pause
from tenants.errors import (
    DistrictError,
    Invalid,
    NotAllowed,
    NotFound,
    ReasonMissing,
    SignInRefused,
    SignInThrottled,
    StaleVersion,
    StateForbids,
)

STATUSES: dict[type[DistrictError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    StateForbids: 409,
    StaleVersion: 409,
    Invalid: 422,
    ReasonMissing: 422,
    SignInRefused: 401,
    SignInThrottled: 429,
}


def register(pages: Blueprint) -> None:
    """Answers each refusal of the district with a page, where the view has not put it into its form."""
    pages.register_error_handler(DistrictError, _show)


def say(refusal: DistrictError) -> str:
    """The refusal in the reader's language."""
    if isinstance(refusal, SignInThrottled):
        return pause(refusal.retry_after_seconds)
    return sentence(refusal.message, refusal.values)


def put_into(form: FlaskForm, refusal: Invalid) -> None:
    """Shows the refusal at the field that it names, or at the form's head where it has no such field."""
    errors = form[refusal.field].errors if refusal.field in form else form.form_errors
    errors.append(say(refusal))


def _show(refusal: DistrictError) -> tuple[str, int]:
    headings = {
        NotFound: gettext("There is nothing here for you"),
        NotAllowed: gettext("You may not do this here"),
        StateForbids: gettext("This is no longer possible"),
        StaleVersion: gettext("Somebody was faster"),
    }
    heading = headings.get(type(refusal), gettext("This was refused"))
    return render_template("tenant/refusal.html", heading=heading, sentence=say(refusal)), STATUSES[type(refusal)]
