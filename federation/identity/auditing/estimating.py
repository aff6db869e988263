"""How many of its links would be wrong if a machine linked from another weight on?"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from federation.identity.auditing.answers import answers
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.drawing import SAMPLED_SHARE
from federation.identity.reviews.models import Review, ReviewDecision

OF = 10_000
"""Links, of which some would be wrong."""


@dataclass(frozen=True)
class Stratum:
    """Of so many `pairs` stewards have `looked_at` some, and found some of these `wrong`."""

    pairs: float
    looked_at: int
    wrong: int

    @property
    def wrong_pairs(self) -> float:
        """How many of all its pairs are wrong, by that."""
        return self.pairs * self.wrong / self.looked_at if self.looked_at else 0.0


@dataclass(frozen=True)
class Audit:
    """The `links` that machines made, and the pairs that stewards were `asked` about and a machine would link from then on.

    Each stratum counts as it is large (Cochran, Sampling Techniques, 3rd ed. 1977, chapter 5). It is an estimate of the middle,
    without its own uncertainty.
    """

    links: Stratum
    asked: Stratum

    @property
    def looked_at(self) -> int:
        """How many pairs stewards have looked at."""
        return self.links.looked_at + self.asked.looked_at

    @property
    def wrong(self) -> float:
        """Of `OF` links so many would be wrong."""
        pairs = self.links.pairs + self.asked.pairs
        return OF * (self.links.wrong_pairs + self.asked.wrong_pairs) / pairs if pairs else 0.0

    @property
    def wrong_of_asked(self) -> float:
        """The same, of `OF` pairs that would be linked besides."""
        return OF * self.asked.wrong_pairs / self.asked.pairs if self.asked.pairs else 0.0


def audit(session: Session, auto_weight: float) -> Audit:
    """What stewards' answers say of a machine that links from `auto_weight` bits on."""
    return Audit(
        _stratum(session, Review.kind == ReviewKind.SAMPLE, share=SAMPLED_SHARE),
        _stratum(session, (Review.kind == ReviewKind.POSSIBLE) & (Review.weight >= auto_weight)),
    )


def _stratum(session: Session, which: ColumnElement[bool], *, share: float = 1.0) -> Stratum:
    """The pairs of which a `share` has become a review."""
    said = [one.said for one in answers(session, which)]
    looked_at = [one for one in said if one]
    return Stratum(len(said) / share, len(looked_at), looked_at.count(ReviewDecision.DIFFERENT))
