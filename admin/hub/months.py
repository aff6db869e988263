"""Which months has a period?"""

from collections.abc import Iterable, Sequence


def years(months: Iterable[str]) -> list[str]:
    """The years that have any of `months`, newest first."""
    return sorted({month[:4] for month in months}, reverse=True)


def is_within(month: str, year: str | None) -> bool:
    """Whether `month` is one of `year`; no year is all of them."""
    return year is None or month.startswith(f"{year}-")


def first_to_last(months: Sequence[str]) -> list[str]:
    """Each month from the first of `months` to the last, those between them included."""
    return [_name(number) for number in range(_number(min(months)), _number(max(months)) + 1)] if months else []


def _number(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest) - 1


def _name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
