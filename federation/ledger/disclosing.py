"""Which parts of the districts' hours may everybody see?

A district's total is public, and that of the city. Its months, fields and organizations are shown where `withholding` lets
them; the others appear as the one sum that they make together. What the city has in a part is the sum of what its districts
show there, so it says nothing more than they do, and needs no rule of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from federation.ledger import totals
from federation.ledger.totals import NOTHING, Hours, OrganizationSum, PartSum
from federation.ledger.withholding import withheld

Part = TypeVar("Part", bound=PartSum)


@dataclass(frozen=True)
class Withheld:
    """The parts that are not shown, by their keys, and the one sum that they make together."""

    keys: frozenset[str] = frozenset()
    hours: Hours = NOTHING


@dataclass(frozen=True)
class Disclosed(Generic[Part]):
    """The parts that are shown, and what each district withholds."""

    shown: list[Part]
    withheld: Mapping[str, Withheld]

    def withheld_by(self, district: str) -> Withheld:
        """What one district withholds."""
        return self.withheld.get(district, Withheld())

    @property
    def together(self) -> Withheld:
        """What all of them withhold; a part that is among it may be shown of another district."""
        keys = frozenset[str]().union(*(one.keys for one in self.withheld.values()))
        return Withheld(keys, sum((one.hours for one in self.withheld.values()), NOTHING))

    def by_key(self) -> dict[str, Hours]:
        """What the districts show of each part, added up."""
        sums: dict[str, Hours] = defaultdict(lambda: NOTHING)
        for part in self.shown:
            sums[part.key] += part.hours
        return dict(sums)


def by_month(session: Session, *, district: str | None = None) -> Disclosed[PartSum]:
    """The months of each district, or of the one `district`.

    The oldest ones join those that must not be seen: they are asked for least, and stay the same while new months come.
    """
    return disclose(totals.by_month(session, district=district), cost=lambda part: part.key)


def by_field(session: Session, *, district: str | None = None) -> Disclosed[PartSum]:
    """The fields of service of each district, or of the one `district`."""
    return disclose(totals.by_field(session, district=district))


def by_organization(session: Session, district: str) -> Disclosed[OrganizationSum]:
    """The organizations of `district`."""
    return disclose(totals.by_organization(session, district))


def disclose(parts: Sequence[Part], *, cost: Callable[[Part], Any] = lambda part: part.hours.entries) -> Disclosed[Part]:
    """Withholds of each district what must not be seen, at the least `cost`; a part without hours is left out."""
    of_district: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.hours.entries:
            of_district[part.district].append(part)
    hidden = {district: _hidden(own, [cost(part) for part in own]) for district, own in of_district.items()}
    return Disclosed(
        shown=[part for own in of_district.values() for part in own if part.key not in hidden[part.district].keys],
        withheld={district: one for district, one in hidden.items() if one.keys},
    )


def _hidden(parts: Sequence[PartSum], costs: Sequence[Any]) -> Withheld:
    hidden = [parts[place] for place in withheld([part.hours.entries for part in parts], costs=costs)]
    return Withheld(frozenset(part.key for part in hidden), sum((part.hours for part in hidden), NOTHING))
