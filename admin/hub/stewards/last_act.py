"""What did a steward do last, and how is it taken back?"""

from dataclasses import dataclass

from flask import session
from flask_babel import gettext

from federation.identity.reviews.models import Review, ReviewDecision, ReviewState

_LAST_ACT = "last_act"


@dataclass(frozen=True)
class LastAct:
    """A review that was answered, and what became of it in a sentence."""

    number: int
    sentence: str


def remember(review: Review) -> None:
    """The review was answered in this session; the next pages say so, and offer to take it back."""
    session[_LAST_ACT] = review.number, review.state, review.decision


def forget() -> None:
    """It was taken back."""
    session.pop(_LAST_ACT, None)


def last_act() -> LastAct | None:
    """The answer that was given last in this session, unless it was taken back."""
    if _LAST_ACT not in session:
        return None
    number, state, decision = session[_LAST_ACT]
    if state == ReviewState.SECONDING:
        sentence = gettext("Review %(number)s: you want to merge them. Another steward has to agree.", number=number)
    elif decision == ReviewDecision.SAME:
        sentence = gettext("Review %(number)s: one person.", number=number)
    else:
        sentence = gettext("Review %(number)s: different people.", number=number)
    return LastAct(number, str(sentence))
