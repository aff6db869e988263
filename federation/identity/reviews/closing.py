"""Which reviews ask nothing any more?"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening
from federation.identity.matching.deciding import ReviewKind
from federation.identity.models import Link
from federation.identity.reviews.models import PENDING, Review
from sync.databases import lookups

_ABOUT_LINKS = (ReviewKind.SAMPLE, ReviewKind.SECOND)
"""These ask about what has been linked or decided, whatever became of it."""


def settled_by_one_id(session: Session, registration_ids: Collection[str]) -> Sequence[Review]:
    """The waiting reviews about these registrations whose two sides have come under one ID."""
    one, other = aliased(Link), aliased(Link)
    query = (
        select(Review)
        .join(one, one.registration_id == Review.registration_id)
        .join(other, other.registration_id == Review.other_registration_id)
        .where(one.volunteer_id == other.volunteer_id, *_asks_who_is_who(), _is_about(session, registration_ids))
        .order_by(Review.number)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def between(session: Session, some: Collection[str], others: Collection[str]) -> Sequence[Review]:
    """The waiting reviews that ask whether one of `some` is of the same person as one of `others`."""
    one, other = Review.registration_id, Review.other_registration_id
    there = lookups.among(session, one, list(some)) & lookups.among(session, other, list(others))
    and_back = lookups.among(session, one, list(others)) & lookups.among(session, other, list(some))
    query = select(Review).where(*_asks_who_is_who(), there | and_back).order_by(Review.number)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def close_after_correction(session: Session, asked: Mapping[str | None, Collection[str | None]]) -> list[Happening]:
    """Closes what was asked about registrations that were corrected, and is not asked about them as they are now.

    `asked` has, for each, the volunteer IDs of those who it is asked about (None: about itself alone). Gives what the history
    says of it.
    """
    if not asked:
        return []
    one, other = aliased(Link), aliased(Link)
    query = (
        select(Review, one.volunteer_id, other.volunteer_id)
        .join(one, one.registration_id == Review.registration_id)
        .outerjoin(other, other.registration_id == Review.other_registration_id)
        .where(*_asks_who_is_who(), _is_about(session, [one for one in asked if one is not None]))
        .order_by(Review.number)
    )
    closed = []
    for review, its, others in session.execute(query):
        about = {review.registration_id: others, review.other_registration_id: its}
        if not any(beside in asked.get(registration_id, ()) for registration_id, beside in about.items()):
            review.become_obsolete()
            closed.append(
                Happening(
                    type=IdentityEventType.REVIEW_OBSOLETE,
                    registration_id=review.registration_id,
                    body={"review": review.number},
                )
            )
    return closed


def _asks_who_is_who() -> tuple[ColumnElement[bool], ...]:
    return Review.state.in_(PENDING), Review.kind.not_in(_ABOUT_LINKS), Review.follows.is_(None)


def _is_about(session: Session, registration_ids: Collection[str]) -> ColumnElement[bool]:
    ids = list(registration_ids)
    return or_(lookups.among(session, Review.registration_id, ids), lookups.among(session, Review.other_registration_id, ids))
