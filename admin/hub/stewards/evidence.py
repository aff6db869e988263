"""What do two registrations look like beside each other, and what does that say?"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask
from flask_babel import gettext, lazy_gettext

from admin.persons import DOCUMENTS, gender
from admin.writing import number
from federation.identity.matching.levels import DIFFERENT, UNKNOWN
from federation.identity.matching.scoring import Evidence
from federation.identity.stewarding.registrations import RegistrationShown
from federation.identity.stewarding.showing import ReviewShown

_SAME = "same"

_FIELDS = {
    "name": lazy_gettext("Name"),
    "birth_date": lazy_gettext("Born"),
    "phone": lazy_gettext("Telephone"),
    "gender": lazy_gettext("Gender"),
}

LEVELS = {
    ("name", "same_pinyin"): lazy_gettext("the same reading, other characters"),
    ("name", "same_given_name"): lazy_gettext("the same given name, another surname"),
    ("name", "one_slip"): lazy_gettext("one character otherwise"),
    ("name", "same_surname"): lazy_gettext("the same surname, another given name"),
    ("name", DIFFERENT): lazy_gettext("another name"),
    ("birth_date", "day_and_month_exchanged"): lazy_gettext("day and month exchanged"),
    ("birth_date", "one_slip"): lazy_gettext("one digit otherwise"),
    ("birth_date", "days_apart"): lazy_gettext("within 60 days, as a date of the lunar calendar is"),
    ("birth_date", "same_year_or_day"): lazy_gettext("the same year, or the same day of another"),
    ("birth_date", DIFFERENT): lazy_gettext("another day"),
    ("phone", "one_slip"): lazy_gettext("one digit otherwise"),
    ("phone", DIFFERENT): lazy_gettext("another number"),
    ("gender", DIFFERENT): lazy_gettext("another"),
}
"""What each level is in words at which two registrations differ in a field."""

_STRONG, _NOTABLE = 6.0, 2.0
"""In bits: from the first on a field alone makes one person 64 times as likely as before, from the second on four times."""

_CERTAIN = 1_000_000


class Relation(StrEnum):
    """How two values are to each other."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Row:
    """One field of both registrations: what each says, how the two are to each other, and what that speaks for."""

    label: str
    values: tuple[str, ...]
    relation: Relation | None
    level: str = ""
    says: str = ""
    kind: str = "plain"


def register(app: Flask) -> None:
    """Gives templates a filter for a weight in bits, and for what one means."""
    app.jinja_env.filters.update(bits=bits, total=total)


def rows_of(shown: ReviewShown, numbers: Mapping[str, str]) -> list[Row]:
    """The fields of the registrations that a review asks about; `numbers` has telephones that are shown whole."""
    registrations = [side.registration for side in shown.sides]
    found = {one.field: one for one in shown.evidence}
    return [
        *(_row(field, registrations, found.get(field), numbers) for field in _FIELDS),
        _documents(shown, registrations),
    ]


def total(weight: float) -> str:
    """How likely it is, by all fields together, that two registrations are one person's."""
    others = round(2 ** min(abs(weight), 40))
    if others <= 1:
        return str(gettext("As likely one person as two."))
    if others >= _CERTAIN:
        sentence = (
            gettext("Of more than a million such pairs one is of two people.")
            if weight > 0
            else gettext("Of more than a million such pairs one is of one person.")
        )
        return str(sentence)
    if weight > 0:
        return str(
            gettext("For each pair of two people there are about %(number)s such pairs of one person.", number=number(others))
        )
    return str(
        gettext("For each pair of one person there are about %(number)s such pairs of two people.", number=number(others))
    )


def bits(weight: float) -> str:
    """A weight with its sign, to a tenth of a bit."""
    return str(gettext("%(weight)s bits", weight=f"{weight:+.1f}".replace("-", "−")))


def _row(field: str, registrations: list[RegistrationShown], found: Evidence | None, numbers: Mapping[str, str]) -> Row:
    values = tuple(_value(field, registration, numbers) for registration in registrations)
    if len(values) == 1:
        return Row(str(_FIELDS[field]), values, None)
    if found is None:
        return Row(str(_FIELDS[field]), values, _relation(values))
    says, kind = _speaks(found)
    if found.level == UNKNOWN:
        return Row(str(_FIELDS[field]), values, Relation.UNKNOWN, "", says, kind)
    if found.level == _SAME:
        written = gettext("written otherwise") if _relation(values) is Relation.DIFFERENT else ""
        return Row(str(_FIELDS[field]), values, Relation.SAME, str(written), says, kind)
    return Row(str(_FIELDS[field]), values, Relation.DIFFERENT, str(LEVELS[field, found.level]), says, kind)


def _value(field: str, registration: RegistrationShown, numbers: Mapping[str, str]) -> str:
    person = registration.person
    if field == "phone":
        return numbers.get(registration.registration_id) or person.phone or ""
    if field == "gender":
        return gender(person.gender) if person.gender else ""
    return getattr(person, field) or ""


def _relation(values: tuple[str, ...]) -> Relation:
    if not all(values):
        return Relation.UNKNOWN
    return Relation.SAME if len(set(values)) == 1 else Relation.DIFFERENT


def _speaks(found: Evidence) -> tuple[str, str]:
    """What a field speaks for, and how that is to be taken."""
    weight = found.weight
    if found.level == UNKNOWN or abs(weight) < _NOTABLE:
        return str(gettext("says little")), "plain"
    if weight > 0:
        return str(gettext("speaks strongly for one person") if weight >= _STRONG else gettext("speaks for one person")), "good"
    return str(gettext("speaks strongly against it") if weight <= -_STRONG else gettext("speaks against it")), "bad"


def _documents(shown: ReviewShown, registrations: list[RegistrationShown]) -> Row:
    values = tuple(", ".join(str(DOCUMENTS.get(kind, kind)) for kind in one.document_kinds) for one in registrations)
    label = str(gettext("Document"))
    if len(values) == 1:
        return Row(label, values, None)
    if shown.same_document:
        says = gettext("proves it, if the number is theirs")
        return Row(label, values, Relation.SAME, str(gettext("one number")), str(says), "good")
    if shown.documents_differ:
        says = gettext("speaks strongly against it")
        return Row(label, values, Relation.DIFFERENT, str(gettext("two numbers")), str(says), "bad")
    return Row(label, values, Relation.UNKNOWN, "", str(gettext("says little")))
