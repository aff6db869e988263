"""Which part of the queue does a steward work through?"""

from federation.db import db
from federation.identity.auditing.sampling import sample
from federation.identity.matching.deciding import ReviewKind
from federation.identity.stewarding.finding import EVERYTHING, Part

DRAWN = "drawn"
"""In an address: those that are looked at before others like them are answered unseen."""


def part_named(name: str | None) -> Part:
    """The part that an address names; a name that means nothing is as none."""
    if name == DRAWN:
        return Part(numbers=sample(db.session()).waiting)
    return Part(ReviewKind(name)) if name in set(ReviewKind) else EVERYTHING
