"""How often are two people at a level that is too rare to be seen in a sample?

Ten million random pairs contain one equal phone, if any. What a sample says about such a level is chance or nothing, so it is
counted in the whole register, as `workbench` lays it out.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import duckdb

from federation.identity.matching.levels import SHORTEST_GIVEN_NAME
from federation.identity.matching.workbench import REGISTER

Share: TypeAlias = Callable[[int], str]
"""The query for the share of pairs that are at a level; what is drawn by lot is so by a seed."""

_SAMPLED_PHONES = 50_000
_PHONE_DIGITS = 11

# Unlike those that share a name, most pairs that share a phone are one person's; but not those that differ in both of these.
_ARE_TWO_PEOPLE = "one.pinyin <> other.pinyin AND one.birth_date <> other.birth_date"


def rare_levels(connection: duckdb.DuckDBPyConnection, *, seed: int) -> dict[tuple[str, str], float]:
    """The probability that two people are at a level, by field and level, for all levels that are too rare for a sample."""
    return {level: _figure(connection, share(seed)) for level, share in _SHARES.items()}


def _agreeing(in_field: str, *, not_in: str, of: str, where: str = "true") -> Share:
    """Pairs that agree in one column and not in another, of all pairs in which `of` is known: counted by value, not by pair."""
    ordered_pairs = f"SELECT sum(n ** 2) FROM (SELECT count({in_field}) AS n FROM {REGISTER} WHERE {where} GROUP BY"  # noqa: S608
    query = f"""
        SELECT (({ordered_pairs} {in_field})) - ({ordered_pairs} {in_field}, {not_in}))) / (count({of}) * (count({of}) - 1.0))
        FROM {REGISTER}
    """  # noqa: S608 - names of our own
    return lambda _: query


def _with_day_and_month_exchanged(_: int) -> str:
    return f"""
        WITH dates AS (SELECT birth_date, count(*) AS n FROM {REGISTER} WHERE birth_date IS NOT NULL GROUP BY birth_date)
        SELECT sum(one.n * other.n) / (SELECT count(birth_date) * (count(birth_date) - 1.0) FROM {REGISTER})
        FROM dates AS one JOIN dates AS other
        ON other.birth_date = one.birth_date[:4] || one.birth_date[7:] || one.birth_date[5:6]
        WHERE one.birth_date <> other.birth_date
    """  # noqa: S608 - names of our own


def _with_one_phone(_: int) -> str:
    return f"""
        SELECT count(*) / (SELECT count(phone) * (count(phone) - 1.0) FROM {REGISTER})
        FROM {REGISTER} AS one JOIN {REGISTER} AS other ON one.phone = other.phone
        WHERE {_ARE_TWO_PEOPLE}
    """  # noqa: S608 - names of our own


def _with_slip_in_phone(seed: int) -> str:
    """For some phones, all numbers that are one wrong digit or one exchange of two digits away are looked up."""
    return f"""
        WITH drawn AS (
            SELECT * FROM {REGISTER} WHERE length(phone) = {_PHONE_DIGITS}
            ORDER BY hash(record, {seed}) LIMIT {_SAMPLED_PHONES}
        ),
        near AS (
            SELECT pinyin, birth_date, phone[:place - 1] || digit || phone[place + 1:] AS phone
            FROM drawn, range(1, {_PHONE_DIGITS + 1}) AS places(place), range(10) AS digits(digit)
            WHERE phone[place] <> digit::VARCHAR
            UNION ALL
            SELECT pinyin, birth_date, phone[:place - 1] || phone[place + 1] || phone[place] || phone[place + 2:]
            FROM drawn, range(1, {_PHONE_DIGITS}) AS places(place)
            WHERE phone[place] <> phone[place + 1]
        )
        SELECT count(*) / ((SELECT count(*) FROM drawn) * (SELECT count(phone) - 1.0 FROM {REGISTER}))
        FROM near AS one JOIN {REGISTER} AS other ON one.phone = other.phone
        WHERE {_ARE_TWO_PEOPLE}
    """  # noqa: S608 - names of our own


_SHARES: Mapping[tuple[str, str], Share] = {
    ("name", "same"): _agreeing("name", not_in="record", of="name"),
    ("name", "same_pinyin"): _agreeing("pinyin", not_in="name", of="name"),
    ("name", "same_given_name"): _agreeing(
        "given_name", not_in="pinyin", of="name", where=f"length(given_name) >= {SHORTEST_GIVEN_NAME}"
    ),
    ("birth_date", "same"): _agreeing("birth_date", not_in="record", of="birth_date"),
    ("birth_date", "day_and_month_exchanged"): _with_day_and_month_exchanged,
    ("phone", "same"): _with_one_phone,
    ("phone", "one_slip"): _with_slip_in_phone,
}


def _figure(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    [[figure]] = connection.execute(query).fetchall()
    return float(figure)
