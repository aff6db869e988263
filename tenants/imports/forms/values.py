"""What does a value mean that somebody wrote into a register?

Each function gives None for what it does not understand, and asks nothing of the width and spacing of the characters.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sync.documents import DocumentKind

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]+0?0:00(?::00)?)?")
# A slip of the finger in the year is no date; arithmetic at the ends of the calendar would fail besides.
_YEARS = range(1800, 2200)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_MOMENT = re.compile(r"(?P<day>\S+?)[ T]+(?P<clock>[\d:.]+)(?P<zone>Z|[+-]\d{2}:?\d{2})?")
_DURATION = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?)(?:小时|h|hours?))?(?:(?P<minutes>\d+)(?:分钟?|min|minutes?))?", re.IGNORECASE
)
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?")
_NAME_NOISE = re.compile(r"[\s·•‧・∙⋅.]")

_GENDERS: Mapping[str, str] = {
    "男": "M",
    "男性": "M",
    "m": "M",
    "male": "M",
    "女": "F",
    "女性": "F",
    "f": "F",
    "female": "F",
}

_DOCUMENT_KINDS: Mapping[str, DocumentKind] = {
    "居民身份证": DocumentKind.RESIDENT_ID,
    "身份证": DocumentKind.RESIDENT_ID,
    "二代身份证": DocumentKind.RESIDENT_ID,
    "护照": DocumentKind.PASSPORT,
    "港澳居民来往内地通行证": DocumentKind.HK_MACAU_PERMIT,
    "港澳通行证": DocumentKind.HK_MACAU_PERMIT,
    "回乡证": DocumentKind.HK_MACAU_PERMIT,
    "台湾居民来往大陆通行证": DocumentKind.TAIWAN_PERMIT,
    "台胞证": DocumentKind.TAIWAN_PERMIT,
    "港澳台居民居住证": DocumentKind.RESIDENCE_PERMIT,
    "居住证": DocumentKind.RESIDENCE_PERMIT,
    "外国人永久居留身份证": DocumentKind.FOREIGNER_CARD,
    **{kind.value: kind for kind in DocumentKind},
}

_CERTIFIED: Mapping[str, bool] = {
    "已认证": True,
    "已审核": True,
    "审核通过": True,
    "certified": True,
    "approved": True,
    "待认证": False,
    "待审核": False,
    "未认证": False,
    "未审核": False,
    "pending": False,
    "submitted": False,
}


def plain(written: str) -> str:
    """Text in half width, without space around it."""
    return unicodedata.normalize("NFKC", written).strip()


def day(written: str) -> date | None:
    """A day: `2005-12-20`, `2005/12/20`, `20051220` or `2005年12月20日`."""
    found = _DAY.fullmatch(plain(written))
    if found is None:
        return None
    year, month, day_of_month = (int(part) for part in found.groups() if part is not None)
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def clock(written: str) -> time | None:
    """A time of the day: `18:45` or `18:45:30`; seconds are cut off."""
    found = _CLOCK.fullmatch(plain(written))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 - a day has 24 hours of 60 minutes
        return None
    return time(int(found[1]), int(found[2]))


def moment(written: str, zone: ZoneInfo) -> datetime | None:
    """A moment: `2026/07/31 18:45` in `zone`, or `2026-07-31T18:45:00+08:00`; seconds are cut off."""
    found = _MOMENT.fullmatch(plain(written))
    if found is None:
        return None
    on, at = day(found["day"]), clock(found["clock"])
    if on is None or at is None:
        return None
    local = datetime.combine(on, at)
    if found["zone"] is None:
        return local.replace(tzinfo=zone)
    try:
        return datetime.fromisoformat(f"{local.isoformat()}{found['zone']}")
    except ValueError:
        return None


def duration(written: str, minutes_per_unit: int | None) -> int | None:
    """Whole minutes: `2小时`, `150分钟` or `2小时30分`, or a bare number of units of `minutes_per_unit` minutes."""
    text = plain(written).replace(" ", "")
    if minutes_per_unit is not None and _NUMBER.fullmatch(text):
        return int((Decimal(text) * minutes_per_unit).quantize(Decimal(1), ROUND_HALF_UP))
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return None
    hours, minutes = Decimal(found["hours"] or 0), int(found["minutes"] or 0)
    return int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP)) + minutes


def gender(written: str) -> str | None:
    """`M` or `F`."""
    return _GENDERS.get(plain(written).lower())


def document_kind(written: str) -> DocumentKind | None:
    """The kind of identity document that people call by this name."""
    return _DOCUMENT_KINDS.get(plain(written).lower())


def certified(written: str) -> bool | None:
    """Whether the register stands by the hours; False where they wait there."""
    return _CERTIFIED.get(plain(written).lower())


def same_name(one: str, other: str) -> bool:
    """Whether two ways to write a name differ in nothing but width, case, spaces and middle dots."""
    return _NAME_NOISE.sub("", plain(one)).casefold() == _NAME_NOISE.sub("", plain(other)).casefold()
