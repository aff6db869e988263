"""When are two ways to write a name or a birth date the same?"""

import re
import unicodedata
from datetime import date

from pypinyin import Style, lazy_pinyin

# Spaces, and every dot that stands between the parts of a name.
_NOISE = re.compile(r"[\s.·•‧・∙⋅]")

# Surnames that are read otherwise than the same characters elsewhere. The library knows most when a word begins with them;
# a table decides, because a name is no word of its dictionary.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "查": "zha", "区": "ou", "任": "ren", "朴": "piao", "盖": "ge",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "单于": "chanyu", "澹台": "tantai", "宓": "fu", "乐": "yue",
    "华": "hua", "缪": "miao", "翟": "zhai", "员": "yun", "折": "she", "黑": "he", "盛": "sheng", "哈": "ha", "那": "na",
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
