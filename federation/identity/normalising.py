"""When are two ways to write a name or a birth date the same?"""

import re
import unicodedata
from datetime import date

from pypinyin import Style, lazy_pinyin

# Spaces, and every dot that stands between the parts of a name.
_NOISE = re.compile(r"[\s.·•‧・∙⋅]")

# Surnames that the library reads as the same characters are read elsewhere.
_SURNAMES = {
    "单": "shan", "单于": "chanyu", "仇": "qiu", "解": "xie", "曾": "zeng", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge",
    "宓": "fu", "乐": "yue", "缪": "miao", "翟": "zhai", "员": "yun", "折": "she", "黑": "he",
}  # fmt: skip
_LONGEST_SURNAME = 2


def normal_name(written: str) -> str:
    """A name for comparison: one width, one case, no spaces and no dots between its parts."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", written)).casefold()


def pinyin(name: str) -> str:
    """The reading of a normal name without tones; Latin letters stay as they are."""
    for length in range(_LONGEST_SURNAME, 0, -1):
        if reading := _SURNAMES.get(name[:length]):
            return reading + "".join(lazy_pinyin(name[length:], style=Style.NORMAL))
    return "".join(lazy_pinyin(name, style=Style.NORMAL))


def normal_birth_date(written: str | None) -> date | None:
    """A birth date `YYYY-MM-DD`, or None where there is none or no such day."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
