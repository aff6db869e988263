"""Which parts of a sum must not be seen, so that nobody can tell what a few people did?

Statistical disclosure control for a table with a public total: A. Hundepool and others, *Statistical Disclosure Control*
(Wiley, 2012), chapter 4 on threshold rules, and on secondary suppression of the cells that would give the first away.
"""

from collections.abc import Sequence

FEWEST_ENTRIES = 10


def withheld(entries: Sequence[int]) -> set[int]:
    """The places of the parts to withhold, where `entries` says how many hour entries each part holds.

    Threshold rule: a part of 1 to 9 entries is withheld. Complementary suppression: whoever subtracts the shown parts from
    the total has the sum of the withheld ones, so they hold ten entries at least, and are two at least for that; the smallest
    of the other parts join them until it is so, or until none is left. A part without entries shows nobody and hides nobody.
    """
    by_size = sorted((place for place, count in enumerate(entries) if count), key=lambda place: entries[place])
    hidden = [place for place in by_size if entries[place] < FEWEST_ENTRIES]
    together = sum(entries[place] for place in hidden)
    for place in by_size[len(hidden) :]:
        if not hidden or together >= FEWEST_ENTRIES:
            break
        hidden.append(place)
        together += entries[place]
    return set(hidden)
