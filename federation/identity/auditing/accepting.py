"""How are many reviews answered with *same* at once?

Only that for which a sample speaks (`sampling`), and only where nothing else hangs on it: two persons of one registration each,
about whom nobody has found anything out. Each answer is an act of its own, so each can be taken back alone, and one in twenty
is looked at after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from federation.errors import StateForbids
from federation.identity.auditing.sampling import FEWEST_WEIGHT, Sample, sample, weighs_enough
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.writing import next_number
from federation.identity.linking.gathering import read_compared
from federation.identity.matching.deciding import Finding, compare
from federation.identity.matching.judging import current_judge
from federation.identity.models import DoNotLink, Link
from federation.identity.reviews.models import Question, Review, ReviewDecision, ReviewState
from federation.identity.stewarding.deciding import decide, undo_decision
from federation.identity.turns import wait_for_turn
from federation.settings import Settings
from sync.databases import lookups

MOST_AT_ONCE = 100
"""Whoever registers meanwhile waits for them."""

_ALIKE = (Finding.POSSIBLE, Finding.ALIKE)


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


def acceptable(session: Session, found: Sample, *, settings: Settings) -> Sequence[Review]:
    """The oldest reviews that may be answered at once, `MOST_AT_ONCE` at most."""
    untouched = session.scalars(_untouched(session).execution_options(yield_per=MOST_AT_ONCE))
    waiting = (review for review in untouched if found.allows(review.number))
    accepted: list[Review] = []
    while len(accepted) < MOST_AT_ONCE and (some := list(islice(waiting, MOST_AT_ONCE))):
        accepted += _still_alike(session, some, settings)
    return accepted[:MOST_AT_ONCE]


def accept(session: Session, numbers: Sequence[int], *, settings: Settings, by: str, at: datetime) -> Done:
    """Answers the reviews with these numbers with *same*, `MOST_AT_ONCE` at most.

    Those of which it is not true any more that they may be, stay as they are.
    """
    wait_for_turn(session)
    found = sample(session)
    allowed = [number for number in numbers[:MOST_AT_ONCE] if found.allows(number)]
    wanted = session.scalars(_untouched(session).where(lookups.among(session, Review.number, allowed))).all()
    alike = {review.number for review in _still_alike(session, wanted, settings)}
    batch = next_number(session)
    left = []
    for number in numbers:
        # What was answered before may have changed what hangs on this one.
        if number in alike and session.scalar(_untouched(session).where(Review.number == number)) is not None:
            decide(session, number, ReviewDecision.SAME, settings=settings, by=by, at=at, batch=batch)
        else:
            left.append(number)
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


def _untouched(session: Session) -> Select[Review]:
    """The reviews that wait, weigh enough, and ask about two of whom nobody has found anything out, in order."""
    one, other, following = aliased(Link), aliased(Link), aliased(Review)
    return (
        select(Review)
        .join(one, one.registration_id == Review.registration_id)
        .join(other, other.registration_id == Review.other_registration_id)
        .where(
            Review.state == ReviewState.OPEN,
            Review.needs.is_(None),
            weighs_enough(session),
            *(rule for link in (one, other) for rule in (~link.verified, _is_alone(link), ~_has_moved(link))),
            ~_are_told_apart(),
            ~select(Question.question_id).where(Question.review_number == Review.number).exists(),
            ~select(following.number).where(following.follows == Review.number).exists(),
        )
        .order_by(Review.number)
    )


def _still_alike(session: Session, reviews: Sequence[Review], settings: Settings) -> list[Review]:
    """Those of the `reviews` whose two still are as alike as when they were asked about: a correction changes that."""
    pairs = [(review, review.registration_id, review.other_registration_id or "") for review in reviews]
    known = read_compared(session, [one for _, *both in pairs for one in both], settings)
    judge = current_judge(session, [one.features for one in known.values()], key=settings.matching_key)
    alike = []
    for review, one, other in pairs:
        pair = compare(known[one], known[other], scored=judge.score, policy=judge.policy)
        if pair.finding in _ALIKE and pair.score.weight >= FEWEST_WEIGHT:
            alike.append(review)
    return alike


def _is_alone(link: type[Link]) -> ColumnElement[bool]:
    another = aliased(Link)
    shares = (another.volunteer_id == link.volunteer_id) & (another.registration_id != link.registration_id)
    return ~select(another.registration_id).where(shares).exists()


def _has_moved(link: type[Link]) -> ColumnElement[bool]:
    """Also there and back: what somebody took back is not done again unseen."""
    event = IdentityEvent
    moved = (event.registration_id == link.registration_id) & (event.type == IdentityEventType.MOVED)
    return select(event.number).where(moved).exists()


def _are_told_apart() -> ColumnElement[bool]:
    there = (DoNotLink.one == Review.registration_id) & (DoNotLink.other == Review.other_registration_id)
    and_back = (DoNotLink.one == Review.other_registration_id) & (DoNotLink.other == Review.registration_id)
    return select(DoNotLink.one).where(there | and_back).exists()
