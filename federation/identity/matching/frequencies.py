"""How common is a name or a birth date in the register?

A small register does not show how common its values are elsewhere: of a thousand people two may be called 张伟, or nobody. So
it is seen as if `FURTHER_RECORDS` more had been read, whose names are rare and whose birth dates are spread evenly. In a large
register these count for little.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from federation.identity.persons.features import Features

MOST_SHARING_A_PHONE = 8
"""A number that stands in more registrations than this is a desk's or a class's: it says nothing about a person."""

FURTHER_RECORDS = 20_000
_SHARE_OF_RARE_NAME = 1e-6
_DAYS_OF_BIRTH = 22_000  # sixty years

FURTHER_COUNTS: Mapping[str, float] = {
    "name": FURTHER_RECORDS * _SHARE_OF_RARE_NAME,
    "pinyin": FURTHER_RECORDS * _SHARE_OF_RARE_NAME,
    "birth_date": FURTHER_RECORDS / _DAYS_OF_BIRTH,
}
"""How often each value of a field occurs in the further records."""


@dataclass(frozen=True)
class Frequencies:
    """How many `records` the register has, and in how many of them values occur: by field, then by value.

    Both records that are compared are counted with the others. Values that are not needed may be left out.
    """

    records: int
    counts: Mapping[str, Mapping[str, int]]

    def share(self, field: str, value: str) -> float:
        """How likely it is that another record has the value of one that has it (0 to 1).

        That one does not count: otherwise a name that only two registrations have, because they are one person's, would look
        twice as common as it is.
        """
        others = max(self.counts[field].get(value, 0) - 1, 0)
        return (others + FURTHER_COUNTS[field]) / (self.records - 1 + FURTHER_RECORDS)


def frequencies_of(register: Iterable[Features]) -> Frequencies:
    """The frequencies in a register that is at hand as a whole."""
    records = 0
    counts: dict[str, Counter[str]] = {field: Counter() for field in FURTHER_COUNTS}
    for features in register:
        records += 1
        for field, counter in counts.items():
            if value := getattr(features, field):
                counter[value] += 1
    return Frequencies(records, counts)
