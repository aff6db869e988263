"""How far do two registrations agree, field by field?

Each field has levels, from agreement down to difference; the first that holds is the pair's. What they are worth is learnt
(`training`), and is applied to one pair at a time (`scoring`). A level is written twice, side by side: in SQL, in which Splink
learns from whole registers, and in Python. Both count characters. DuckDB's own distances count the bytes of UTF-8, of which
one Chinese character has three, so they stand only where everything is a digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rapidfuzz.distance import OSA

from federation.identity.persons.features import Features

Predicate: TypeAlias = Callable[[Features, Features], bool]

UNKNOWN = "unknown"
"""The level of a field that one of the two lacks: it says nothing."""

DIFFERENT = "different"
"""The last level of every field, which holds where no other does."""

_SHORTEST_NAME_WITH_SLIP = 3  # of two characters, one that differs is half the name
_SHORTEST_PINYIN_WITH_SLIP = 8
SHORTEST_GIVEN_NAME = 2
_MOST_DAYS_APART = 60  # a date of the lunar calendar lies at most this far from the other one

SQL_FUNCTIONS = """
CREATE OR REPLACE MACRO one_slip_apart(one, other) AS
    abs(length(one) - length(other)) <= 1
    AND (one[1] = other[1] OR one[-1] = other[-1])
    AND list_bool_or(list_transform(range(1, greatest(length(one), length(other)) + 1), lambda place:
        one[:place - 1] = other[:place - 1] AND (
            one[place + 1:] = other[place + 1:]
            OR one[place + 1:] = other[place:]
            OR one[place:] = other[place + 1:]
            OR (one[place] = other[place + 1] AND one[place + 1] = other[place] AND one[place + 2:] = other[place + 2:])
        )
    ))
"""
"""What the levels need in DuckDB: whether texts of three characters or more differ by one that is wrong, lost, added, or
exchanged with its neighbour. Such texts have the first or the last character in common, which spares most of the work."""


@dataclass(frozen=True)
class Level:
    """A degree of agreement: `sql` over columns that end in `_l` and `_r`, and the same as a predicate.

    Where `frequency` names a field, both have the same value there, and how common that value is decides what the level is
    worth. `is_per_record` says that a record has as many strangers at this level in a large register as in a small one, so that
    of all pairs the fewer are at it the larger the register is.
    """

    name: str
    sql: str
    holds: Predicate
    frequency: str = ""
    is_per_record: bool = False


@dataclass(frozen=True)
class Comparison:
    """A field with its levels; below the last of these there is `DIFFERENT`."""

    field: str
    levels: tuple[Level, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all levels of pairs in which both have the field."""
        return (*(level.name for level in self.levels), DIFFERENT)

    @property
    def unknown_sql(self) -> str:
        """Whether one of the two lacks the field, in SQL, where what is lacking is null."""
        return f"{self.field}_l IS NULL OR {self.field}_r IS NULL"

    def place(self, one: Features, other: Features) -> int | None:
        """Which of `names` is the pair's; None where one of the two lacks the field."""
        if not (getattr(one, self.field) and getattr(other, self.field)):
            return None
        for place, level in enumerate(self.levels):
            if level.holds(one, other):
                return place
        return len(self.levels)


def within_one_slip(one: str, other: str) -> bool:
    """Whether texts differ by at most one character that is wrong, lost, added, or exchanged with its neighbour."""
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _same(field: str, *, frequency: str = "", is_per_record: bool = False) -> Level:
    def holds(one: Features, other: Features) -> bool:
        return bool(getattr(one, field) == getattr(other, field))

    return Level("same", f"{field}_l = {field}_r", holds, frequency, is_per_record)


def _have_given_name_in_common(one: Features, other: Features) -> bool:
    return one.given_name == other.given_name and len(one.given_name) >= SHORTEST_GIVEN_NAME


def _have_slip_in_name(one: Features, other: Features) -> bool:
    if max(len(one.name), len(other.name)) >= _SHORTEST_NAME_WITH_SLIP and within_one_slip(one.name, other.name):
        return True
    letters, others = one.pinyin.replace(" ", ""), other.pinyin.replace(" ", "")
    return min(len(letters), len(others)) >= _SHORTEST_PINYIN_WITH_SLIP and within_one_slip(letters, others)


def _have_surname_in_common(one: Features, other: Features) -> bool:
    return one.surname == other.surname != ""


def _have_day_and_month_exchanged(one: Features, other: Features) -> bool:
    return other.birth_date == one.birth_date[:4] + one.birth_date[6:] + one.birth_date[4:6]


def _are_born_days_apart(one: Features, other: Features) -> bool:
    apart = date.fromisoformat(one.birth_date) - date.fromisoformat(other.birth_date)
    return abs(apart.days) <= _MOST_DAYS_APART


def _are_born_in_one_year_or_on_one_day(one: Features, other: Features) -> bool:
    return one.birth_date[:4] == other.birth_date[:4] or one.birth_date[4:] == other.birth_date[4:]


NAME = Comparison(
    "name",
    (
        _same("name", frequency="name"),
        # Whoever types by sound takes the wrong one of many characters that are read alike.
        Level("same_pinyin", "pinyin_l = pinyin_r", lambda one, other: one.pinyin == other.pinyin != "", "pinyin"),
        Level(
            "same_given_name",
            f"given_name_l = given_name_r AND length(given_name_l) >= {SHORTEST_GIVEN_NAME}",
            _have_given_name_in_common,
        ),
        Level(
            "one_slip",
            f"""
            (greatest(length(name_l), length(name_r)) >= {_SHORTEST_NAME_WITH_SLIP} AND one_slip_apart(name_l, name_r))
            OR (
                least(length(replace(pinyin_l, ' ', '')), length(replace(pinyin_r, ' ', ''))) >= {_SHORTEST_PINYIN_WITH_SLIP}
                AND one_slip_apart(replace(pinyin_l, ' ', ''), replace(pinyin_r, ' ', ''))
            )
            """,
            _have_slip_in_name,
        ),
        Level("same_surname", "surname_l = surname_r", _have_surname_in_common),
    ),
)

BIRTH_DATE = Comparison(
    "birth_date",
    (
        _same("birth_date", frequency="birth_date"),
        Level(
            "day_and_month_exchanged",
            "birth_date_r = birth_date_l[:4] || birth_date_l[7:] || birth_date_l[5:6]",
            _have_day_and_month_exchanged,
        ),
        Level(
            "one_slip",
            "damerau_levenshtein(birth_date_l, birth_date_r) <= 1",
            lambda one, other: within_one_slip(one.birth_date, other.birth_date),
        ),
        Level(
            "days_apart",
            f"""
            abs(date_diff('day', strptime(birth_date_l, '%Y%m%d'), strptime(birth_date_r, '%Y%m%d'))) <= {_MOST_DAYS_APART}
            """,
            _are_born_days_apart,
        ),
        Level(
            "same_year_or_day",
            "birth_date_l[:4] = birth_date_r[:4] OR birth_date_l[5:] = birth_date_r[5:]",
            _are_born_in_one_year_or_on_one_day,
        ),
    ),
)

PHONE = Comparison(
    "phone",
    (
        _same("phone", is_per_record=True),
        Level(
            "one_slip",
            "damerau_levenshtein(phone_l, phone_r) <= 1",
            lambda one, other: within_one_slip(one.phone, other.phone),
        ),
    ),
)

GENDER = Comparison("gender", (_same("gender"),))

COMPARISONS = (NAME, BIRTH_DATE, PHONE, GENDER)
