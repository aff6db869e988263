"""How right are the machine, and the stewards?"""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState


@dataclass(frozen=True)
class Share:
    """So many `of` all."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class KindSum:
    """The reviews of a kind: how many wait, how many of those looked at were of one person, and how the rest ended."""

    kind: ReviewKind
    waiting: int
    same: int
    different: int
    unseen: int
    obsolete: int

    @property
    def answered(self) -> Share:
        """Those answered *same*, of all that were looked at and answered."""
        return Share(self.same, self.same + self.different)


@dataclass(frozen=True)
class Figures:
    """What the reviews come to.

    `samples_right` are those links of machines that stewards found right, of all that they looked at; `agreements` the
    answers that somebody else gave as well without knowing them, of all that were asked for twice; `unseen_right` the same of
    what was accepted with others, without a look.
    """

    kinds: tuple[KindSum, ...]
    samples_right: Share
    agreements: Share
    unseen_right: Share


def figures(session: Session) -> Figures:
    """What the reviews come to so far."""
    kinds = _kinds(session)
    samples = next((kind for kind in kinds if kind.kind is ReviewKind.SAMPLE), KindSum(ReviewKind.SAMPLE, 0, 0, 0, 0, 0))
    return Figures(kinds, samples.answered, _agreements(session, unseen=False), _agreements(session, unseen=True))


def _kinds(session: Session) -> tuple[KindSum, ...]:
    review = Review
    waits = review.state.in_((ReviewState.OPEN, ReviewState.SECONDING))
    decided = review.state == ReviewState.DECIDED
    looked_at = decided & review.batch.is_(None)
    counted = (
        waits,
        looked_at & (review.decision == ReviewDecision.SAME),
        looked_at & (review.decision == ReviewDecision.DIFFERENT),
        decided & review.batch.is_not(None),
        review.state == ReviewState.OBSOLETE,
    )
    sums = [func.sum(case((condition, 1), else_=0)) for condition in counted]
    query = select(review.kind, *sums).group_by(review.kind).order_by(review.kind)
    return tuple(KindSum(kind, *map(int, counts)) for kind, *counts in session.execute(query))


def _agreements(session: Session, *, unseen: bool) -> Share:
    first, second = aliased(Review), aliased(Review)
    agree = func.coalesce(func.sum(case((first.decision == second.decision, 1), else_=0)), 0)
    query = (
        select(agree, func.count())
        .select_from(second)
        .join(first, first.number == second.follows)
        .where(
            second.kind == ReviewKind.SECOND,
            second.state == ReviewState.DECIDED,
            first.state == ReviewState.DECIDED,
            first.batch.is_not(None) if unseen else first.batch.is_(None),
        )
    )
    agreed, asked = session.execute(query).one()
    return Share(int(agreed), asked)
