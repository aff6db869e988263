"""What do the months of a period come to?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from federation.ledger.totals import Hours, MonthSum

NOTHING = Hours(0, 0)


def years(sums: Iterable[MonthSum]) -> list[str]:
    """The years that have hours, newest first."""
    return sorted({one.month[:4] for one in sums}, reverse=True)


def within(sums: Iterable[MonthSum], year: str | None) -> list[MonthSum]:
    """Those of one year, or all of them."""
    return [one for one in sums if year is None or one.month.startswith(f"{year}-")]


def add_up(sums: Iterable[MonthSum]) -> Hours:
    """The sum of all of them."""
    entries = minutes = 0
    for one in sums:
        entries += one.hours.entries
        minutes += one.hours.minutes
    return Hours(entries, minutes)


def by_district(sums: Iterable[MonthSum]) -> dict[str, Hours]:
    """The sum of each district."""
    parts: dict[str, list[MonthSum]] = defaultdict(list)
    for one in sums:
        parts[one.district].append(one)
    return {district: add_up(part) for district, part in parts.items()}


def in_order(sums: Sequence[MonthSum]) -> list[str]:
    """Each month from the first to the last, those without hours included."""
    if not sums:
        return []
    first, last = min(one.month for one in sums), max(one.month for one in sums)
    return [_name(number) for number in range(_number(first), _number(last) + 1)]


def table(sums: Iterable[MonthSum], months: Sequence[str], districts: Sequence[str]) -> list[list[Hours]]:
    """For each of `districts` the hours of each of `months`."""
    known = {(one.district, one.month): one.hours for one in sums}
    return [[known.get((district, month), NOTHING) for month in months] for district in districts]


def _number(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest) - 1


def _name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
