"""How far do two registrations agree, in Python and in the SQL from which is learnt?"""

import random

import pytest

from federation.identity.matching.levels import BIRTH_DATE, COMPARISONS, GENDER, NAME, PHONE, UNKNOWN, Comparison
from federation.identity.matching.workbench import REGISTER, lay_out
from federation.identity.persons.features import Features, features_of
from federation.identity.persons.sealing import Person


def person(name: str = "王小明", birth_date: str = "1985-03-04", phone: str = "13912345678", gender: str = "M") -> Features:
    return features_of(Person(name=name, birth_date=birth_date, phone=phone, gender=gender))


def level(comparison: Comparison, one: Features, other: Features) -> str:
    place = comparison.place(one, other)
    return UNKNOWN if place is None else comparison.names[place]


def levels_in_sql(comparison: Comparison, pairs: list[tuple[Features, Features]]) -> list[str]:
    cases = " ".join(f"WHEN {level.sql} THEN '{level.name}'" for level in comparison.levels)
    fields = Features.__struct_fields__
    sides = ", ".join(f"one.{field} AS {field}_l, other.{field} AS {field}_r" for field in fields)
    with lay_out([features for pair in pairs for features in pair]) as connection:
        rows = connection.execute(
            f"""
            SELECT CASE WHEN {comparison.unknown_sql} THEN '{UNKNOWN}' {cases} ELSE '{comparison.names[-1]}' END
            FROM (
                SELECT one.record, {sides} FROM {REGISTER} AS one JOIN {REGISTER} AS other ON other.record = one.record + 1
                WHERE one.record % 2 = 0
            )
            ORDER BY record
            """  # noqa: S608 - names of our own
        )
        return [found for (found,) in rows.fetchall()]


NAMES = [
    ("王小明", "王小明", "same"),
    ("王小明", "王 小 明", "same"),
    ("張偉", "张伟", "same"),
    ("阿依古丽·买买提", "阿依古丽买买提", "same"),
    ("王小明", "王晓明", "same_pinyin"),
    ("王小明", "Wang Xiaoming", "same_pinyin"),
    ("单小明", "Shan Xiaoming", "same_pinyin"),
    ("王小明", "李小明", "same_given_name"),
    ("欧阳小明", "王小明", "same_given_name"),
    ("王小明", "王小刚", "one_slip"),
    ("王小明", "王小", "one_slip"),
    ("王小", "王小明", "one_slip"),
    ("王小明", "王大小明", "one_slip"),
    ("王小明", "王明小", "one_slip"),
    ("王小明", "小王明", "one_slip"),
    ("王?明", "王小明", "one_slip"),
    ("Wang Xiaomin", "王小明", "one_slip"),
    ("王小明", "王大刚", "same_surname"),
    ("王伟", "王芳", "same_surname"),
    ("王伟", "王?", "same_surname"),
    ("王伟", "李伟", "different"),
    ("王小明", "李大刚", "different"),
    ("王小明", "明小王", "different"),
]


@pytest.mark.parametrize(("one", "other", "expected"), NAMES)
def test_names_agree(one: str, other: str, expected: str) -> None:
    assert level(NAME, person(one), person(other)) == expected
    assert level(NAME, person(other), person(one)) == expected


BIRTH_DATES = [
    ("1985-03-04", "1985-03-04", "same"),
    ("1985-03-04", "1985-04-03", "day_and_month_exchanged"),
    ("1985-03-04", "1985-03-14", "one_slip"),
    ("1985-03-04", "1986-03-04", "one_slip"),
    ("1985-03-04", "1958-03-04", "one_slip"),
    ("1985-03-14", "1985-03-15", "one_slip"),
    ("1985-12-31", "1986-01-02", "days_apart"),
    ("1985-03-04", "1985-05-03", "days_apart"),
    ("1985-03-04", "1985-05-14", "same_year_or_day"),
    ("1985-03-04", "1985-01-01", "same_year_or_day"),
    ("1985-03-04", "1997-03-04", "same_year_or_day"),
    ("1985-03-04", "1997-11-28", "different"),
    ("1985-03-04", "1985-02-30", UNKNOWN),
]


@pytest.mark.parametrize(("one", "other", "expected"), BIRTH_DATES)
def test_birth_dates_agree(one: str, other: str, expected: str) -> None:
    assert level(BIRTH_DATE, person(birth_date=one), person(birth_date=other)) == expected
    assert level(BIRTH_DATE, person(birth_date=other), person(birth_date=one)) == expected


PHONES = [
    ("13912345678", "+86 139-1234-5678", "same"),
    ("13912345678", "13912345679", "one_slip"),
    ("13912345678", "13912354678", "one_slip"),
    ("13912345678", "1391234567", "one_slip"),
    ("13912345678", "13912345876", "different"),
    ("13912345678", "", UNKNOWN),
]


@pytest.mark.parametrize(("one", "other", "expected"), PHONES)
def test_phones_agree(one: str, other: str, expected: str) -> None:
    assert level(PHONE, person(phone=one), person(phone=other)) == expected
    assert level(PHONE, person(phone=other), person(phone=one)) == expected


@pytest.mark.parametrize(("one", "other", "expected"), [("M", "M", "same"), ("M", "F", "different"), ("", "F", UNKNOWN)])
def test_genders_agree(one: str, other: str, expected: str) -> None:
    assert level(GENDER, person(gender=one), person(gender=other)) == expected


def test_what_both_lack_agrees_in_nothing() -> None:
    nobody = person(name="", birth_date="", phone="", gender="")
    assert [level(comparison, nobody, nobody) for comparison in COMPARISONS] == [UNKNOWN] * len(COMPARISONS)


def test_sql_and_python_say_the_same_of_these() -> None:
    names = [(person(one), person(other)) for one, other, _ in NAMES]
    assert levels_in_sql(NAME, names) == [expected for *_, expected in NAMES]
    dates = [(person(birth_date=one), person(birth_date=other)) for one, other, _ in BIRTH_DATES]
    assert levels_in_sql(BIRTH_DATE, dates) == [expected for *_, expected in BIRTH_DATES]
    phones = [(person(phone=one), person(phone=other)) for one, other, _ in PHONES]
    assert levels_in_sql(PHONE, phones) == [expected for *_, expected in PHONES]


def test_sql_and_python_count_characters_alike() -> None:
    """Names from few characters, so that most are near each other. DuckDB's own distances would count three for each."""
    chance = random.Random(1)  # noqa: S311 - chance, no secret
    pairs = [(person(_any_name(chance)), person(_any_name(chance))) for _ in range(5_000)]
    expected = [level(NAME, *pair) for pair in pairs]
    assert expected.count("one_slip") > 100
    assert levels_in_sql(NAME, pairs) == expected


def _any_name(chance: random.Random) -> str:
    return "".join(chance.choices("王小明大𠮷", k=chance.randint(2, 5)))
