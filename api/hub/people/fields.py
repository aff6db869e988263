"""What is asked for on more than one of these pages?"""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from sync.accounts.passwords import MIN_PASSWORD_LENGTH
from sync.accounts.usernames import LONGEST_NAME
from sync.documents import DocumentKind

_LONGEST_PASSWORD = 200
_LONGEST_NUMBER = 40


class AddressForm(FlaskForm):
    """By what somebody can be reached."""

    address = StringField(
        lazy_gettext("Mobile number or e-mail address"),
        [InputRequired(lazy_gettext("Enter a mobile number or an e-mail address.")), Length(max=254)],
    )


class CodeForm(FlaskForm):
    """The code that was sent, or that an app shows."""

    code = StringField(lazy_gettext("Code"), [InputRequired(lazy_gettext("Enter the code.")), Length(max=20)])


class NewPasswordForm(FlaskForm):
    """A password to have from now on."""

    password = PasswordField(
        lazy_gettext("New password"),
        [
            InputRequired(lazy_gettext("Enter a new password.")),
            Length(min=MIN_PASSWORD_LENGTH, message=lazy_gettext("A password needs at least %(min)d characters.")),
            Length(max=_LONGEST_PASSWORD),
        ],
    )
    again = PasswordField(
        lazy_gettext("New password once more"), [EqualTo("password", lazy_gettext("The new password is not the same twice."))]
    )


class OpeningForm(NewPasswordForm):
    """What an account needs."""

    name = StringField(
        lazy_gettext("Your name"),
        [InputRequired(lazy_gettext("Enter your name as it stands in your document.")), Length(max=LONGEST_NAME)],
    )


def document_kind() -> SelectField:
    """Which document somebody has."""
    return SelectField(lazy_gettext("Document"), choices=_kinds)


def document_number(*validators: Any) -> StringField:
    """Its number, which becomes a token at once."""
    return StringField(lazy_gettext("Number of the document"), [*validators, Length(max=_LONGEST_NUMBER)])


def _kinds() -> list[SelectChoice]:
    # In the words that templates have for them.
    said = current_app.jinja_env.filters["document"]
    return [SelectChoice(kind.value, said(kind)) for kind in DocumentKind]
