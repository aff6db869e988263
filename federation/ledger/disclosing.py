"""Which sums may everybody see?

A sum over few entries may be one person's, known to whoever knows the organization.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.ledger.totals import Hours, OrganizationSum

FEWEST_ENTRIES = 10


@dataclass(frozen=True)
class Disclosed:
    """The sums that are shown, and how many are only shown as the one sum that they make together."""

    shown: list[OrganizationSum]
    withheld: int
    withheld_hours: Hours


def disclose(sums: Sequence[OrganizationSum]) -> Disclosed:
    """Puts together the organizations with fewer than `FEWEST_ENTRIES` entries."""
    withheld = [one.hours for one in sums if 0 < one.hours.entries < FEWEST_ENTRIES]
    return Disclosed(
        shown=[one for one in sums if one.hours.entries >= FEWEST_ENTRIES],
        withheld=len(withheld),
        withheld_hours=Hours(sum(hours.entries for hours in withheld), sum(hours.minutes for hours in withheld)),
    )
