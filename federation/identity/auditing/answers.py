"""What did stewards say in the end, having looked?"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState


class Asked(NamedTuple):
    """A review that was opened, and what was said: None where it waits, or was answered unseen."""

    number: int
    state: ReviewState
    said: ReviewDecision | None


def answers(session: Session, which: ColumnElement[bool]) -> Iterator[Asked]:
    """The reviews of which this holds, by number, but for those that became obsolete.

    Where two stewards disagreed, the third one's word counts.
    """
    settled = _settled(session)
    query = (
        select(Review.number, Review.state, Review.decision, Review.batch)
        .where(which, Review.follows.is_(None), Review.state != ReviewState.OBSOLETE)
        .order_by(Review.number)
    )
    for number, state, decision, batch in session.execute(query):
        yield Asked(number, state, settled.get(number, decision if batch is None else None))


def _settled(session: Session) -> dict[int, ReviewDecision]:
    """What a third steward decided, by the number of the review whose answer the second one did not give."""
    second, third = aliased(Review), aliased(Review)
    query = (
        select(second.follows, third.decision)
        .join(second, second.number == third.follows)
        .where(third.state == ReviewState.DECIDED, second.kind == ReviewKind.SECOND)
        .order_by(third.number)
    )
    return {number: decision for number, decision in session.execute(query) if number and decision}
