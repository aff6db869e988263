"""How is a name read aloud?

Characters are read one by one, so that a slip in one of them changes one syllable and no other. Latin letters are taken
apart into the same syllables, so that a name is read alike in whichever script somebody wrote it.
"""

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from federation.identity.persons.normalising import WILDCARD

# Surnames that are read otherwise than the same characters elsewhere.
_SURNAMES = {
    "么": "yao", "乐": "yue", "乐正": "yue zheng", "乜": "nie", "仇": "qiu", "佴": "nai", "区": "ou", "卜": "bu", "单": "shan",
    "单于": "chan yu", "句": "gou", "召": "shao", "员": "yun", "宓": "fu", "尉迟": "yu chi", "折": "she", "曾": "zeng",
    "朴": "piao", "查": "zha", "澹台": "tan tai", "炅": "gui", "牟": "mu", "盖": "ge", "祭": "zhai", "种": "chong",
    "秘": "bi", "粘": "nian", "繁": "po", "缪": "miao", "翟": "zhai", "能": "nai", "万俟": "mo qi", "薄": "bo", "覃": "qin",
    "解": "xie", "郇": "xun", "都": "du", "长孙": "zhang sun", "阚": "kan", "隗": "wei", "黑": "he",
}  # fmt: skip

_COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "轩辕",
    "长孙", "宇文", "独孤", "南宫", "西门", "东郭", "百里", "呼延", "单于", "万俟", "澹台", "鲜于", "闾丘", "司空",
    "太史", "濮阳", "淳于", "申屠", "仲孙", "钟离", "公冶", "宗政", "公羊", "赫连", "拓跋", "纳兰", "第五", "左丘",
    "东门", "谷梁", "段干", "叔孙", "子车", "亓官", "司寇", "巫马", "漆雕", "乐正", "壤驷", "公良", "夹谷", "宰父",
    "微生", "羊舌", "梁丘", "完颜", "哥舒", "南门", "闻人", "太叔",
})  # fmt: skip
_COMPOUND_LENGTH = 2

_HAN = r"\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_HAS_CHARACTERS = re.compile(f"[{_HAN}]")
# Names of one character, and of more than four, are other peoples', or no names.
_DIVIDED = re.compile(rf"[{_HAN}{re.escape(WILDCARD)}]{{2,4}}")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[^\W\d_][^\WA-Z\d_]*")
_LONGEST_SYLLABLE = 6
_VOWELS = frozenset("aeo")
_WITHOUT_DIAERESIS = str.maketrans("üÜ", "vV")
# What passports and others without a diaeresis write.
_SPELLINGS = {"lue": "lve", "lyu": "lv", "nue": "nve", "nyu": "nv"}


def surname_of(name: str) -> str:
    """The surname with which a normal name of Chinese characters begins; empty where it is not of that kind."""
    if not (_DIVIDED.fullmatch(name) and is_in_characters(name)):
        return ""
    compound = name[:_COMPOUND_LENGTH]
    return compound if compound in _COMPOUND_SURNAMES and name != compound else name[0]


def pinyin_of_characters(name: str, surname: str) -> str:
    """The syllables of a normal name that has Chinese characters, without tones, the surname's first."""
    first = _SURNAMES.get(surname) or " ".join(map(_reading, surname))
    return " ".join(filter(None, (first, *map(_reading, name[len(surname) :]))))


def pinyin_of_letters(written: str) -> str:
    """The syllables of a name in Latin letters, however they are joined; undivided where the name is no pinyin.

    Of two words the one that can only be a surname comes first: `Xiaoming Wang` is read as `Wang Xiaoming`.
    """
    plain = _without_tones(unicodedata.normalize("NFKC", written)).translate(_WITHOUT_DIAERESIS)
    words = [_syllables(word) for word in _WORD.findall(plain)]
    if not all(words):
        return "".join(character for character in plain.casefold() if character.isalnum())
    if len(words) == 2 and len(words[1]) == 1 < len(words[0]) and words[0] not in _compound_readings():  # noqa: PLR2004
        words.reverse()
    return " ".join(syllable for word in words for syllable in word)


def is_in_characters(name: str) -> bool:
    """Whether a name has Chinese characters."""
    return _HAS_CHARACTERS.search(name) is not None


@cache
def _reading(character: str) -> str:
    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


@cache
def _compound_readings() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(pinyin_of_characters(surname, surname).split()) for surname in _COMPOUND_SURNAMES)


@cache
def _known_syllables() -> frozenset[str]:
    readings = {reading for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    syllables = {to_normal(reading) for reading in readings}
    return frozenset(one for one in syllables if not {*"aeiouv"}.isdisjoint(one)) | _SPELLINGS.keys()


def _without_tones(written: str) -> str:
    apart = unicodedata.normalize("NFD", written)
    kept = (one for one in apart if one == "\N{COMBINING DIAERESIS}" or not unicodedata.combining(one))
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=10_000)
def _syllables(word: str) -> tuple[str, ...]:
    """The fewest syllables that make up `word`, those that begin with a consonant rather; empty where none do."""
    letters = word.casefold()
    ways: dict[int, tuple[int, int, tuple[str, ...]]] = {0: (0, 0, ())}
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            syllable = letters[start:end]
            if start in ways and syllable in _known_syllables():
                count, with_vowel, before = ways[start]
                way = (count + 1, with_vowel + (syllable[0] in _VOWELS), (*before, _SPELLINGS.get(syllable, syllable)))
                ways[end] = min(ways.get(end, way), way)
    return ways[len(letters)][2] if len(letters) in ways else ()
