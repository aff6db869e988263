"""What did stewards say in the end, having looked?"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from federation.identity.matching.deciding import ReviewKind
from federation.identity.matching.judging import current_model
from federation.identity.reviews.models import PENDING, Review, ReviewDecision, ReviewState


class Asked(NamedTuple):
    """What was `said` to a review: None where it was answered unseen, or `is_waiting`."""

    number: int
    said: ReviewDecision | None
    is_waiting: bool


def answers(session: Session, which: ColumnElement[bool]) -> Iterator[Asked]:
    """The reviews of which this holds, by number, but for those that ask nothing any more or are of another model than counts.

    Where two stewards disagree, it waits for the third one, whose word counts.
    """
    disputed = _disputed(session)
    query = (
        select(Review.number, Review.state, Review.decision, Review.batch)
        .where(which, is_judged_alike(session), Review.follows.is_(None), Review.state != ReviewState.OBSOLETE)
        .order_by(Review.number)
    )
    for number, state, decision, batch in session.execute(query):
        said = disputed.get(number, decision) if state == ReviewState.DECIDED else None
        is_waiting = said is None
        yield Asked(number, said if batch is None else None, is_waiting)


def is_judged_alike(session: Session) -> ColumnElement[bool]:
    """Whether a review was opened by the model that counts now: bits of another one may mean other odds."""
    return Review.model_version == current_model(session).version


def _disputed(session: Session) -> dict[int | None, ReviewDecision | None]:
    """What a third steward decided, by the number of the review that a second one answered otherwise; None until they have."""
    second, third = aliased(Review), aliased(Review)
    query = (
        select(second.follows, third.state, third.decision)
        .join(second, second.number == third.follows)
        .where(second.kind == ReviewKind.SECOND, third.state != ReviewState.OBSOLETE)
        .order_by(third.number)
    )
    return {number: None if state in PENDING else decision for number, state, decision in session.execute(query)}
