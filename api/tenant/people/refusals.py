"""How does a visitor learn that something was refused?"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, render_template
from flask_babel import gettext, lazy_gettext

from tenants.errors import (
    AnswerRefused,
    DistrictError,
    HubUnavailable,
    Invalid,
    NotFound,
    NotPrepared,
    SignInDeclined,
    StateForbids,
)
from tenants.sso.flaws import Flaw

STATUSES: Mapping[type[DistrictError], int] = {
    AnswerRefused: HTTPStatus.BAD_REQUEST,
    HubUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    NotPrepared: HTTPStatus.SERVICE_UNAVAILABLE,
    SignInDeclined: HTTPStatus.FORBIDDEN,
    StateForbids: HTTPStatus.CONFLICT,
}


FLAWS: Mapping[object, object] = {
    Flaw.TWICE: lazy_gettext("something is said twice"),
    Flaw.ISSUER: lazy_gettext("another issuer"),
    Flaw.AUDIENCE: lazy_gettext("another audience"),
    Flaw.SIGNATURE: lazy_gettext("signature"),
    Flaw.KIND: lazy_gettext("another kind of token"),
    Flaw.KEY: lazy_gettext("no key"),
    Flaw.CODE: lazy_gettext("no code"),
    Flaw.NONCE: lazy_gettext("a nonce"),
    Flaw.EVENT: lazy_gettext("no such event"),
    Flaw.NOBODY: lazy_gettext("nobody who is meant"),
    Flaw.PERSONS: lazy_gettext("two people"),
    Flaw.CLAIMS: lazy_gettext("claims"),
    Flaw.TIME: lazy_gettext("no time"),
    Flaw.EXPIRED: lazy_gettext("it has expired"),
    Flaw.OLD: lazy_gettext("an old sign-in"),
    Flaw.SESSION: lazy_gettext("an unknown session"),
    Flaw.REPEATED: lazy_gettext("it was said before"),
}
"""What is wrong with what came in the hub's name, in a few words; codes of the protocol stay as they are."""


def register(pages: Blueprint) -> None:
    """Answers each refusal of the district with a page, where the view has not put it into its form."""
    pages.register_error_handler(DistrictError, _show)


def say(refusal: DistrictError) -> str:
    """The refusal in the reader's language."""
    return str(gettext(refusal.message, **{name: FLAWS.get(value, value) for name, value in refusal.values.items()}))


def _show(refusal: DistrictError) -> tuple[str, int]:
    return render_template("people/refusal.html", sentence=say(refusal)), STATUSES[type(refusal)]
