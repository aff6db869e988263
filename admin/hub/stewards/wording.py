"""How are the acts and states of the hub's staff said?"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext

from federation.accounts.models import Role
from federation.identity.linking import linking
from federation.identity.matching.deciding import ReviewKind
from federation.identity.merging import claiming
from federation.identity.models import LinkReason
from federation.identity.reviews.models import QuestionAnswer, QuestionState, QuestionTopic, ReviewNeed, ReviewState

KINDS: dict[str, Any] = {
    ReviewKind.POSSIBLE: lazy_gettext("Perhaps one person"),
    ReviewKind.CONFLICT: lazy_gettext("Two identity numbers"),
    ReviewKind.TWINS: lazy_gettext("Perhaps twins"),
    ReviewKind.MERGE: lazy_gettext("Like two persons"),
    ReviewKind.MISTYPED: lazy_gettext("Same document, otherwise unlike"),
    ReviewKind.CROWDED: lazy_gettext("Too many to compare"),
    ReviewKind.DOUBLE: lazy_gettext("Twice in one district"),
    ReviewKind.SAMPLE: lazy_gettext("Sample"),
    ReviewKind.SECOND: lazy_gettext("Second look"),
}
"""Why a person has to look, in a few words."""

KIND_ICONS = {
    ReviewKind.POSSIBLE: "question-circle",
    ReviewKind.CONFLICT: "exclamation-diamond",
    ReviewKind.TWINS: "people",
    ReviewKind.MERGE: "intersect",
    ReviewKind.MISTYPED: "keyboard",
    ReviewKind.CROWDED: "collection",
    ReviewKind.DOUBLE: "files",
    ReviewKind.SAMPLE: "eyedropper",
    ReviewKind.SECOND: "eye",
}

_REASONS = {
    ReviewKind.POSSIBLE: lazy_gettext("They are alike, but not so much that a machine may say that they are one person."),
    ReviewKind.CONFLICT: lazy_gettext("They are very much alike, and yet each names an identity number of its own."),
    ReviewKind.TWINS: lazy_gettext("They have surname and birth date in common, and different given names, as twins have."),
    ReviewKind.MERGE: lazy_gettext("One registration is like two persons, who then may be one."),
    ReviewKind.MISTYPED: lazy_gettext(
        "They name the same document and agree in nothing else. Somebody may have typed somebody else’s number."
    ),
    ReviewKind.CROWDED: lazy_gettext(
        "More registrations share something with this one than could be compared. Where you know the person, merge the two."
    ),
    ReviewKind.DOUBLE: lazy_gettext("It seems that somebody registered twice in one district."),
    ReviewKind.SAMPLE: lazy_gettext("A machine linked these two. A few such links are looked at, to know how right it is."),
    ReviewKind.SECOND: lazy_gettext(
        "Somebody answered this before, and you are not told how. A few are asked twice, to know how right the answers are."
    ),
}

_NEEDS = {ReviewNeed.DOCUMENT: lazy_gettext("Waits for a document"), ReviewNeed.DISTRICT: lazy_gettext("Waits for a district")}

LINKS: dict[str, Any] = {
    LinkReason.FIRST: lazy_gettext("nobody was like it"),
    LinkReason.PROVISIONAL: lazy_gettext("for now, until a steward decides"),
    LinkReason.DOCUMENT: lazy_gettext("the same document"),
    LinkReason.LIKENESS: lazy_gettext("so like that a machine may link"),
    LinkReason.STEWARD: lazy_gettext("a steward said so"),
    LinkReason.SIGN_IN: lazy_gettext("its person opened it, signed in"),
    LinkReason.CLAIM: lazy_gettext("its district held this ID"),
}

QUESTIONS = {
    QuestionTopic.DOCUMENT: lazy_gettext("Does the registration say what the person’s document says?"),
    QuestionTopic.PERSON: lazy_gettext("Is this person registered in another district as well?"),
}
"""What a district can be asked, as it reads it."""

_ANSWERS = {
    QuestionAnswer.CONFIRMED: lazy_gettext("The document says what the registration says."),
    QuestionAnswer.CORRECTED: lazy_gettext("The registration was put right by the document."),
    QuestionAnswer.NOT_THEIRS: lazy_gettext("The number in the registration is somebody else’s."),
    QuestionAnswer.ELSEWHERE: lazy_gettext("The person says: in another district as well."),
    QuestionAnswer.ONLY_HERE: lazy_gettext("The person says: only here."),
    QuestionAnswer.UNKNOWN: lazy_gettext("It cannot be found out."),
}

_PROGRAMS: dict[str, Any] = {
    linking.RULE: lazy_gettext("the matching program"),
    claiming.RULE: lazy_gettext("a district’s claim"),
}

ROLES: dict[str, Any] = {Role.STEWARD: lazy_gettext("Steward"), Role.LEAD: lazy_gettext("Lead of the stewards")}

_VALUES: dict[str, Any] = {
    ReviewState.OPEN: lazy_gettext("open"),
    ReviewState.SECONDING: lazy_gettext("waiting for a second steward"),
    ReviewState.DECIDED: lazy_gettext("decided"),
    ReviewState.OBSOLETE: lazy_gettext("obsolete"),
    QuestionState.WITHDRAWN: lazy_gettext("withdrawn"),
    QuestionState.USED: lazy_gettext("used"),
}


def register(app: Flask) -> None:
    """Gives templates a filter for each kind of word."""
    app.jinja_env.filters.update(
        review_kind=_from(KINDS),
        review_icon=_from(KIND_ICONS),
        review_reason=_from(_REASONS),
        review_need=_from(_NEEDS),
        link_reason=_from(LINKS),
        district_question=_from(QUESTIONS),
        district_answer=_from(_ANSWERS),
        role=_from(ROLES),
        who=who,
    )


def who(by: str) -> str:
    """Who did something: a steward by the name to sign in with, or what of the program."""
    return str(_PROGRAMS.get(by, by))


def sentence(message: str, values: Mapping[str, object]) -> str:
    """A refusal's message with its values, in the reader's language."""
    return str(gettext(message, **{name: str(_VALUES.get(str(value), value)) for name, value in values.items()}))


def _from(words: Mapping[Any, Any]) -> Callable[[Any], str]:
    return lambda value: str(words[value])
