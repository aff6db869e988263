"""How is said what a registration says of its person?

By the words of the wire, which both sides know: kinds of document, flaws of a number, fields that a document proves otherwise.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext

DOCUMENTS = {
    "resident_id": lazy_gettext("Resident identity card"),
    "passport": lazy_gettext("Passport"),
    "hk_macau_permit": lazy_gettext("Mainland travel permit for Hong Kong and Macau residents"),
    "taiwan_permit": lazy_gettext("Mainland travel permit for Taiwan residents"),
    "residence_permit": lazy_gettext("Residence permit for Hong Kong, Macau and Taiwan residents"),
    "foreigner_card": lazy_gettext("Foreign permanent resident card"),
}
"""Each kind of document by its name."""

_FLAWS = {
    "check_digit": lazy_gettext("The number's check digit is wrong: somebody mistyped it."),
    "impossible_date": lazy_gettext("The number holds an impossible date of birth."),
    "century_unknown": lazy_gettext(
        "The number of an old card is that of somebody born before 1900. Ask for that of 18 digits."
    ),
    "malformed": lazy_gettext("The number does not have the form of such a document."),
}

_DISAGREEMENTS = {
    "birth_date": lazy_gettext("The date of birth is not the one that the document proves."),
    "gender": lazy_gettext("The gender is not the one that the document proves."),
}


def register(app: Flask) -> None:
    """Gives templates a filter for each kind of word."""
    app.jinja_env.filters.update(
        document=_from(DOCUMENTS), flaw=_from(_FLAWS), disagreement=_from(_DISAGREEMENTS), gender=gender
    )


def gender(value: str) -> str:
    """A gender given as `M` or `F`."""
    return str(gettext("male") if value == "M" else gettext("female"))


def _from(words: dict[str, Any]) -> Callable[[str], str]:
    return lambda value: str(words[value])
