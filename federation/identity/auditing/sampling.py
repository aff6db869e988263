"""Do the answers to a drawn few allow to answer the others unseen?

Of the reviews that ask whether two are perhaps one person, and weigh so much that nearly all are, one in five is drawn, by its
number. Stewards look at each of these. What they found speaks for all that were opened before the first which still waits.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from federation.identity.auditing.answers import answers
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import PENDING, Review, ReviewDecision

FEWEST_WEIGHT = 8.0
"""Bits: of 257 such pairs one is of two people."""
SAMPLE = 200
"""So many pairs have to have been looked at; of more the newest count."""
MOST_DIFFERENT = 1
"""Of these, so many may have been of two people."""


@dataclass(frozen=True)
class Sample:
    """The numbers of the drawn reviews that wait, and what was said of those before: how many, and how many *different*.

    `different` is of the newest `SAMPLE`.
    """

    waiting: tuple[int, ...]
    answered: int
    different: int

    @property
    def is_large_enough(self) -> bool:
        """Whether enough pairs were looked at."""
        return self.answered >= SAMPLE

    @property
    def allows(self) -> bool:
        """Whether the others may be answered unseen."""
        return self.is_large_enough and self.different <= MOST_DIFFERENT

    @property
    def bound(self) -> int | None:
        """The number of the first review for which it does not speak; None where it speaks for all."""
        return self.waiting[0] if self.waiting else None


def weighs_enough() -> ColumnElement[bool]:
    """Which reviews the sample is drawn from."""
    return (Review.kind == ReviewKind.POSSIBLE) & Review.follows.is_(None) & (Review.weight >= FEWEST_WEIGHT)


def sample(session: Session) -> Sample:
    """How it stands with the drawn reviews."""
    drawn = [one for one in answers(session, weighs_enough()) if is_audited(one.number)]
    waiting = tuple(one.number for one in drawn if one.state in PENDING)
    before = [one.said for one in drawn if one.said and (not waiting or one.number < waiting[0])]
    return Sample(waiting, len(before), before[-SAMPLE:].count(ReviewDecision.DIFFERENT))
