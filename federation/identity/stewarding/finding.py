"""What waits for a steward?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from federation.errors import NotFound
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.models import PENDING, Review, ReviewNeed, ReviewState
from sync.databases import lookups

PAGE = 50

_PLACE = tuple_(Review.opened_at, Review.number)


@dataclass(frozen=True)
class Part:
    """What of the queue is worked through: the reviews of a kind, or those with certain numbers."""

    kind: ReviewKind | None = None
    numbers: Sequence[int] | None = None


EVERYTHING = Part()


@dataclass(frozen=True)
class Waiting:
    """How many reviews of a kind can be answered now, how many wait for a document or a district, and since when the oldest."""

    kind: ReviewKind
    ready: int
    needing: int
    oldest_at: datetime


def queue(
    session: Session,
    *,
    by: str,
    part: Part = EVERYTHING,
    need: ReviewNeed | None = None,
    after: Review | None = None,
    limit: int = PAGE,
) -> Sequence[Review]:
    """The reviews of a `part` that the steward `by` may answer, the oldest first: those that have `need`, or that need nothing.

    `after` is the one behind which to begin.
    """
    query = _waiting_for(session, by, part, need=need)
    if after is not None:
        query = query.where(tuple_(after.opened_at, after.number) < _PLACE)
    return session.scalars(query.order_by(Review.opened_at, Review.number).limit(limit)).all()


def next_review(session: Session, *, by: str, part: Part = EVERYTHING, after: Review | None = None) -> Review | None:
    """The review that the steward `by` should look at behind `after`, or the first of all where none is behind it."""
    found = queue(session, by=by, part=part, after=after, limit=1) or queue(session, by=by, part=part, limit=1)
    return found[0] if found else None


def previous_review(session: Session, *, by: str, before: Review, part: Part = EVERYTHING) -> Review | None:
    """The review that the steward `by` would look at last before `before`; None where that is the first."""
    query = _waiting_for(session, by, part).where(tuple_(before.opened_at, before.number) > _PLACE)
    return session.scalars(query.order_by(Review.opened_at.desc(), Review.number.desc()).limit(1)).one_or_none()


def waiting(session: Session, *, by: str | None = None) -> list[Waiting]:
    """How much of each kind waits for the steward `by`, or for any of them; kinds of which nothing does are left out."""
    needing = func.sum(case((Review.needs.is_not(None), 1), else_=0))
    query = (
        select(Review.kind, func.count(), needing, func.min(Review.opened_at))
        .where(Review.state.in_(PENDING) if by is None else _is_open_to(by))
        .group_by(Review.kind)
        .order_by(Review.kind)
    )
    return [Waiting(kind, count - needs, needs, oldest_at) for kind, count, needs, oldest_at in session.execute(query)]


def count_pending(session: Session) -> int:
    """How many reviews wait for any steward."""
    return session.scalar(select(func.count()).select_from(Review).where(Review.state.in_(PENDING))) or 0


def review_of(session: Session, number: int) -> Review:
    """The review with this number, as the database has it now. Raises `NotFound`."""
    review = session.get(Review, number, populate_existing=True)
    if review is None:
        raise NotFound("There is no review %(review)s.", review=number)
    return review


def answered_before(session: Session, review: Review) -> set[str]:
    """Who has answered what this review asks once more."""
    by: set[str | None] = set()
    while review.follows is not None:
        review = session.get_one(Review, review.follows)
        by |= {review.decided_by, review.first_decision_by}
    return {one for one in by if one is not None}


def _waiting_for(session: Session, by: str, part: Part, *, need: ReviewNeed | None = None) -> Select[Review]:
    query = select(Review).where(_is_open_to(by), Review.needs.is_(None) if need is None else Review.needs == need)
    if part.kind is not None:
        query = query.where(Review.kind == part.kind)
    return query if part.numbers is None else query.where(lookups.among(session, Review.number, part.numbers))


def _is_open_to(by: str) -> ColumnElement[bool]:
    is_seconding = and_(Review.state == ReviewState.SECONDING, Review.first_decision_by != by)
    first, second = aliased(Review), aliased(Review)
    # What is followed may follow another one itself, which nobody follows any further.
    has_answered = exists().where(
        first.number == Review.follows,
        _answered(first, by) | exists().where(second.number == first.follows, _answered(second, by)),
    )
    return and_(or_(Review.state == ReviewState.OPEN, is_seconding), ~has_answered)


def _answered(review: type[Review], by: str) -> ColumnElement[bool]:
    return or_(review.decided_by == by, review.first_decision_by == by)
