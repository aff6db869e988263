"""How does a visitor learn that something was refused?"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, render_template
from flask_babel import gettext

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

STATUSES: Mapping[type[DistrictError], int] = {
    AnswerRefused: HTTPStatus.BAD_REQUEST,
    HubUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    NotPrepared: HTTPStatus.SERVICE_UNAVAILABLE,
    SignInDeclined: HTTPStatus.FORBIDDEN,
    StateForbids: HTTPStatus.CONFLICT,
}


def register(pages: Blueprint) -> None:
    """Answers each refusal of the district with a page, where the view has not put it into its form."""
    pages.register_error_handler(DistrictError, _show)


def say(refusal: DistrictError) -> str:
    """The refusal in the reader's language."""
    return str(gettext(refusal.message, **refusal.values))


def _show(refusal: DistrictError) -> tuple[str, int]:
    return render_template("people/refusal.html", sentence=say(refusal)), STATUSES[type(refusal)]
