"""How many of its links would be wrong if a machine linked from another weight on?"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from federation.identity.auditing.answers import Asked, answers
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.drawing import SAMPLED_SHARE
from federation.identity.reviews.models import Review, ReviewDecision

OF = 10_000
"""Links, of which some would be wrong."""


@dataclass(frozen=True)
class Audit:
    """How many `answers` of stewards say it, and how many of `OF` links would be wrong; None where they cannot say it."""

    answers: int
    wrong: float | None


def audit(session: Session, auto_weight: float) -> Audit:
    """What stewards' answers say of a machine that links from `auto_weight` bits on.

    Two strata, each of which counts as it is large (Cochran, Sampling Techniques, 3rd ed. 1977, chapter 5): the links that
    machines made, of which a share was drawn to be looked at, and the pairs of this weight that stewards were asked about.
    """
    links = list(answers(session, Review.kind == ReviewKind.SAMPLE))
    asked = list(answers(session, (Review.kind == ReviewKind.POSSIBLE) & (Review.weight >= auto_weight)))
    strata = [(len(links) / SAMPLED_SHARE, _said(links)), (float(len(asked)), _said(asked))]
    counted = sum(len(said) for _, said in strata)
    there = [(pairs, said) for pairs, said in strata if pairs]
    if not there or not all(said for _, said in there):
        return Audit(counted, None)
    wrong = sum(pairs * said.count(ReviewDecision.DIFFERENT) / len(said) for pairs, said in there)
    return Audit(counted, OF * wrong / sum(pairs for pairs, _ in there))


def _said(asked: Sequence[Asked]) -> list[ReviewDecision]:
    return [one.said for one in asked if one.said]
