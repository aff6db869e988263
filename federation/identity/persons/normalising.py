"""When are two ways to write a name, a birth date or a telephone number the same?"""

import re
import unicodedata
from datetime import date

from opencc import OpenCC

WILDCARD = "?"
"""Stands in a normal name for one character that is not known."""

# Every dot that people put between the parts of a name, full stops among them.
_DOTS = ".·•‧・∙⋅⸱。"
_BETWEEN_PARTS = re.compile(rf"\w\s*[{_DOTS}]\s*\w")
# What registers hold where their encoding lacked the character, beside the areas for private use.
_UNKNOWN = {"?", "□", "\N{REPLACEMENT CHARACTER}"}
# Two characters, or one with two readings: as a name it is nearly always this one, and not 干.
_SIMPLIFIED_AS_WELL = "乾"
# Nothing in such a name has another width, a noise or a case.
_PLAIN_HAN = re.compile(r"[\u4e00-\u9fff]+")

_PHONE_NOISE = re.compile(r"[\s\-()]")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086)?(1[3-9]\d{9})(?!\d)")
_NO_DIGIT = re.compile(r"[^0-9]")
_FEWEST_PHONE_DIGITS = 7


class _Forms(dict[int, str]):
    """What becomes of each character of a name; looked up once for each that occurs, as the dictionary is not quick."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        form = self[code] = self._form(chr(code))
        return form

    def _form(self, character: str) -> str:
        category = unicodedata.category(character)
        if character in _UNKNOWN or category == "Co":
            return WILDCARD
        if character in _DOTS or character.isspace() or category in ("Cc", "Cf"):
            return ""
        if character in _SIMPLIFIED_AS_WELL:
            return character
        return str(self._to_simplified.convert(character))


_forms = _Forms()


def normal_name(written: str) -> str:
    """A name for comparison: one width, one case, simplified characters, nothing between its parts."""
    if _PLAIN_HAN.fullmatch(written):
        return written.translate(_forms)
    return unicodedata.normalize("NFKC", written).translate(_forms).casefold()


def has_parts(written: str) -> bool:
    """Whether a dot divides the name, as it does those of many peoples who do not begin with a surname."""
    return _BETWEEN_PARTS.search(unicodedata.normalize("NFKC", written)) is not None


def normal_birth_date(written: str | None) -> str:
    """`YYYYMMDD` for a birth date `YYYY-MM-DD`; empty where there is none, or no such day."""
    try:
        return date.fromisoformat(written).isoformat().replace("-", "") if written else ""
    except ValueError:
        return ""


def normal_phone(written: str | None) -> str:
    """The 11 digits of the first mobile of the mainland in `written`, else all its digits; empty where they are no number."""
    if not written:
        return ""
    plain = _PHONE_NOISE.sub("", unicodedata.normalize("NFKC", written))
    if mobile := _MOBILE.search(plain):
        return mobile[1]
    digits = _NO_DIGIT.sub("", plain)
    return digits if len(digits) >= _FEWEST_PHONE_DIGITS else ""
