"""How are many reviews answered with *same* at once?

Only what a sample speaks for (`sampling`), and only where nothing else hangs on it: two persons of one registration each, whom
nobody has looked at. Each answer is an act of its own, so each can be taken back alone, and one in twenty is looked at after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from federation.errors import StateForbids
from federation.identity.auditing.sampling import Sample, sample, weighs_enough
from federation.identity.history.writing import next_number
from federation.identity.models import DoNotLink, Link
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState
from federation.identity.stewarding.deciding import decide, undo_decision
from federation.identity.turns import wait_for_turn
from federation.settings import Settings

MOST_AT_ONCE = 100
"""Whoever registers meanwhile waits for them."""


@dataclass(frozen=True)
class Done:
    """How many reviews were answered or taken back, and the numbers of those that were left as they are."""

    count: int
    left: tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """What was answered at once and stands: how many, by whom, and when."""

    number: int
    count: int
    by: str
    at: datetime


def acceptable(session: Session, found: Sample) -> Sequence[Review]:
    """The oldest reviews that may be answered at once, `MOST_AT_ONCE` at most; none where the sample does not allow it."""
    if not found.allows:
        return []
    reviews = session.scalars(_acceptable(found).execution_options(yield_per=MOST_AT_ONCE))
    return list(islice((review for review in reviews if not is_audited(review.number)), MOST_AT_ONCE))


def accept(session: Session, numbers: Sequence[int], *, settings: Settings, by: str, at: datetime) -> Done:
    """Answers the reviews with these numbers with *same*; those of which it is not true any more that they may be, stay.

    Raises `StateForbids` where the sample does not allow it.
    """
    wait_for_turn(session)
    found = sample(session)
    if not found.allows:
        raise StateForbids("The drawn reviews do not allow this any more. Look at these one by one.")
    batch = next_number(session)
    left = []
    for number in numbers:
        # What was answered before may have changed what hangs on this one.
        if is_audited(number) or session.scalar(_acceptable(found).where(Review.number == number)) is None:
            left.append(number)
        else:
            decide(session, number, ReviewDecision.SAME, settings=settings, by=by, at=at, batch=batch)
    return Done(len(numbers) - len(left), tuple(left))


def take_back(session: Session, batch: int, *, by: str, at: datetime) -> Done:
    """Takes back what was answered in a batch and stands, the newest first, but for that on which something later builds."""
    wait_for_turn(session)
    its = select(Review.number).where(Review.batch == batch).order_by(Review.act.desc())
    numbers = session.scalars(its).all()
    left = []
    for number in numbers:
        try:
            with session.begin_nested():
                undo_decision(session, number, by=by, at=at)
        except StateForbids:
            left.append(number)
    return Done(len(numbers) - len(left), tuple(left))


def batches(session: Session, *, most: int) -> list[Batch]:
    """What was answered at once and stands, the newest first."""
    review = Review
    query = (
        select(review.batch, func.count(), func.min(review.decided_by), func.max(review.decided_at))
        .where(review.batch.is_not(None))
        .group_by(review.batch)
        .order_by(review.batch.desc())
        .limit(most)
    )
    return [Batch(number, count, by, at) for number, count, by, at in session.execute(query) if number and by and at]


def _acceptable(found: Sample) -> Select[Review]:
    one, other = aliased(Link), aliased(Link)
    query = (
        select(Review)
        .join(one, one.registration_id == Review.registration_id)
        .join(other, other.registration_id == Review.other_registration_id)
        .where(
            Review.state == ReviewState.OPEN,
            Review.needs.is_(None),
            weighs_enough(),
            ~one.verified,
            ~other.verified,
            _is_alone(one),
            _is_alone(other),
            ~_are_told_apart(),
        )
        .order_by(Review.number)
    )
    return query if found.bound is None else query.where(Review.number < found.bound)


def _is_alone(link: type[Link]) -> ColumnElement[bool]:
    another = aliased(Link)
    shares = (another.volunteer_id == link.volunteer_id) & (another.registration_id != link.registration_id)
    return ~select(another.registration_id).where(shares).exists()


def _are_told_apart() -> ColumnElement[bool]:
    there = (DoNotLink.one == Review.registration_id) & (DoNotLink.other == Review.other_registration_id)
    and_back = (DoNotLink.one == Review.other_registration_id) & (DoNotLink.other == Review.registration_id)
    return select(DoNotLink.one).where(there | and_back).exists()
