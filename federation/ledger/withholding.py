"""Which parts of a sum must not be seen, so that nobody can tell what a few people did?

Statistical disclosure control for a table with a public total: A. Hundepool and others, *Statistical Disclosure Control*
(Wiley, 2012), chapter 4 on threshold rules, and on secondary suppression of the cells that would give the first away.
"""

from collections.abc import Sequence
from typing import Any

FEWEST_ENTRIES = 10


def withheld(entries: Sequence[int], *, costs: Sequence[Any] | None = None) -> set[int]:
    """The places of the parts to withhold, where `entries` says how many hour entries each part holds.

    Threshold rule: a part of 1 to 9 entries is withheld. Complementary suppression: whoever subtracts the shown parts from
    the total has the sum of the withheld ones, so they hold ten entries at least, and are two at least for that; those of the
    other parts that cost least join them until it is so, or until none is left. `costs` says what it costs to lose each part;
    without it, the smallest cost least. A part without entries shows nobody and hides nobody.
    """
    costs = costs or entries
    hidden = [place for place, count in enumerate(entries) if 0 < count < FEWEST_ENTRIES]
    together = sum(entries[place] for place in hidden)
    others = [place for place, count in enumerate(entries) if count >= FEWEST_ENTRIES]
    for place in sorted(others, key=costs.__getitem__):
        if not hidden or together >= FEWEST_ENTRIES:
            break
        hidden.append(place)
        together += entries[place]
    return set(hidden)
