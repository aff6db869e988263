"""What goes wrong when somebody's particulars are written down once more?

Each field has slips with their rates, which are assumptions; in a hard register all are more frequent by one factor.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from benchmarks.registers.names import BETWEEN_PARTS, surnames
from benchmarks.registers.people import new_phone

Slip: TypeAlias = Callable[[str, random.Random], str]
"""What is written instead; empty where the field is left blank."""

_USUAL_LENGTH = 3
_MISREAD_SURNAMES = 60


def slipped(written: str, slips: Sequence[tuple[float, Slip]], chance: random.Random, *, factor: float) -> str:
    """`written`, or what one of the slips makes of it: each happens so often, times `factor`."""
    lot = chance.random() / factor
    for rate, slip in slips:
        lot -= rate
        if lot < 0:
            return slip(written, chance)
    return written


def _homophone(name: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(name))
    alike = _common_characters().get(_sound(name[place]), name[place])
    return name[:place] + chance.choice(alike) + name[place + 1 :]


def _wrong_character(name: str, chance: random.Random) -> str:
    place = chance.randrange(len(name))
    return name[:place] + chance.choice(_all_common_characters()) + name[place + 1 :]


def _in_traditional_form(name: str, _: random.Random) -> str:
    return str(_traditional().convert(name))


def _with_a_space(name: str, chance: random.Random) -> str:
    return f"{name[0]} {name[1:]}" if chance.random() < 0.5 else f"{name}\N{IDEOGRAPHIC SPACE}"  # noqa: PLR2004


def _exchanged_characters(name: str, _: random.Random) -> str:
    return name[0] + name[2] + name[1] if len(name) == _USUAL_LENGTH else name


def _in_pinyin(name: str, _: random.Random) -> str:
    surname, given_name, *others = lazy_pinyin(name)
    return "".join((surname.capitalize(), given_name.capitalize(), *others))


def _other_surname(name: str, chance: random.Random) -> str:
    return chance.choice(surnames().things[:_MISREAD_SURNAMES]) + name[1:]


def _without_last_character(name: str, _: random.Random) -> str:
    return name[:-1] if len(name) == _USUAL_LENGTH else name


NAME_SLIPS: Sequence[tuple[float, Slip]] = (
    (0.035, _homophone),
    (0.010, _wrong_character),
    (0.010, _in_traditional_form),
    (0.004, _with_a_space),
    (0.003, _exchanged_characters),
    (0.004, _in_pinyin),
    (0.003, _other_surname),
    (0.004, _without_last_character),
)


def _with_dot(dot: str) -> Slip:
    return lambda name, _: name.replace(BETWEEN_PARTS, dot)


# Between the parts of a name stands whatever the keyboard offers.
DOT_SLIPS: Sequence[tuple[float, Slip]] = ((0.2, _with_dot("")), (0.15, _with_dot("•")), (0.1, _with_dot(".")))


def _day_and_month_exchanged(written: str, _: random.Random) -> str:
    year, month, day = written.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else written  # noqa: PLR2004


def _other_day(written: str, chance: random.Random) -> str:
    return _days_later(written, chance.choice((-1, 1, 10, -10)))


def _other_year(written: str, chance: random.Random) -> str:
    year, month_and_day = int(written[:4]) + chance.choice((-1, 1, 10, -10)), written[5:]
    return f"{year}-{'02-28' if month_and_day == '02-29' else month_and_day}"


def _by_the_lunar_calendar(written: str, chance: random.Random) -> str:
    return _days_later(written, -chance.randrange(20, 55))


def _first_of_the_year(written: str, _: random.Random) -> str:
    return f"{written[:4]}-01-01"


def _days_later(written: str, days: int) -> str:
    return (date.fromisoformat(written) + timedelta(days=days)).isoformat()


def _left_blank(_: str, __: random.Random) -> str:
    return ""


BIRTH_DATE_SLIPS: Sequence[tuple[float, Slip]] = (
    (0.010, _day_and_month_exchanged),
    (0.015, _other_day),
    (0.010, _other_year),
    (0.010, _by_the_lunar_calendar),
    (0.008, _first_of_the_year),
    (0.017, _left_blank),
)


def _new_number(_: str, chance: random.Random) -> str:
    return new_phone(chance)


def _other_digit(phone: str, chance: random.Random) -> str:
    place = chance.randrange(3, 11)
    return f"{phone[:place]}{chance.randrange(10)}{phone[place + 1 :]}"


def _exchanged_digits(phone: str, chance: random.Random) -> str:
    place = chance.randrange(3, 10)
    return phone[:place] + phone[place + 1] + phone[place] + phone[place + 2 :]


def _with_country_code(phone: str, _: random.Random) -> str:
    return f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}"


PHONE_SLIPS: Sequence[tuple[float, Slip]] = (
    (0.18, _new_number),
    (0.02, _other_digit),
    (0.01, _exchanged_digits),
    (0.04, _left_blank),
    (0.03, _with_country_code),
)

GENDER_SLIPS: Sequence[tuple[float, Slip]] = (
    (0.012, _left_blank),
    (0.005, lambda gender, _: "M" if gender == "F" else "F"),
)


def _wrong_digit(number: str, chance: random.Random) -> str:
    place = chance.randrange(6, 17)
    return f"{number[:place]}{(int(number[place]) + 1) % 10}{number[place + 1 :]}"


def _of_the_old_form(number: str, _: random.Random) -> str:
    """The 15 digits of cards before 1999, which have neither century nor check digit."""
    return number[:6] + number[8:17] if number[6:8] == "19" else number


def _other_spelling(number: str, _: random.Random) -> str:
    return number.lower() if number.endswith("X") else f" {number}"


RESIDENT_ID_SLIPS: Sequence[tuple[float, Slip]] = (
    (0.006, _wrong_digit),
    (0.006, _of_the_old_form),
    (0.006, _other_spelling),
)


@cache
def _sound(character: str) -> str:
    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


@cache
def _common_characters() -> dict[str, list[str]]:
    """The 3,755 characters of GB 2312's first level by their sound."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            character = bytes((row, cell)).decode("gb2312", errors="ignore")
            if character:
                by_sound[_sound(character)].append(character)
    return dict(by_sound)


@cache
def _all_common_characters() -> list[str]:
    return [character for alike in _common_characters().values() for character in alike]


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")
