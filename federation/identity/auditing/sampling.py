"""For which reviews do the answers to a drawn few speak?

Of the reviews that ask whether two are perhaps one person, and weigh so much that nearly all are, one in five is drawn, by its
number. Stewards look at each of these, and 200 of them, one after the other, speak for the others that were opened meanwhile.
Each 200 speak once: looking at ever more until the last few happen to be right would say nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from federation.identity.auditing.answers import Asked, answers, is_judged_alike
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import Review, ReviewDecision

FEWEST_WEIGHT = 8.0
"""Bits: of 257 such pairs one is of two people."""
SAMPLE = 200
"""So many pairs are looked at for a stretch of reviews."""
MOST_DIFFERENT = 1
"""Of these, so many may be of two people."""


@dataclass(frozen=True)
class Stretch:
    """The reviews with numbers from `first` to `last`, and how many of the drawn ones among them were *different*."""

    first: int
    last: int
    different: int

    @property
    def may_be_accepted(self) -> bool:
        """Whether the others may be answered unseen."""
        return self.different <= MOST_DIFFERENT


@dataclass(frozen=True)
class Sample:
    """For which stretches drawn reviews speak, how many were `looked_at` for the next, and the numbers of those `waiting`."""

    stretches: tuple[Stretch, ...]
    looked_at: int
    waiting: tuple[int, ...]

    def allows(self, number: int) -> bool:
        """Whether the review with this number may be answered unseen."""
        speaking = (stretch for stretch in self.stretches if stretch.first <= number <= stretch.last)
        return not is_audited(number) and any(stretch.may_be_accepted for stretch in speaking)


def weighs_enough(session: Session) -> ColumnElement[bool]:
    """Which reviews the sample is drawn from."""
    is_alike = (Review.kind == ReviewKind.POSSIBLE) & (Review.weight >= FEWEST_WEIGHT)
    return is_alike & Review.follows.is_(None) & is_judged_alike(session)


def sample(session: Session) -> Sample:
    """How it stands with the drawn reviews."""
    drawn = [one for one in answers(session, weighs_enough(session)) if is_audited(one.number)]
    # A hard one is not passed over: what comes after it waits for its answer.
    answered = list(takewhile(lambda one: not one.is_waiting, drawn))
    waiting = tuple(one.number for one in drawn if one.is_waiting)
    return Sample(tuple(_stretches(answered)), len(answered) % SAMPLE, waiting)


def _stretches(answered: Sequence[Asked]) -> Iterator[Stretch]:
    first = 1
    for begin in range(0, len(answered) - SAMPLE + 1, SAMPLE):
        looked_at = answered[begin : begin + SAMPLE]
        last = looked_at[-1].number
        yield Stretch(first, last, [one.said for one in looked_at].count(ReviewDecision.DIFFERENT))
        first = last + 1
