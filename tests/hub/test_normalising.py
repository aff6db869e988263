"""Does the same person come to the same features, however somebody wrote them?"""

import pytest

from federation.identity.persons.features import Features, features_of
from federation.identity.persons.sealing import Person


def named(written: str) -> Features:
    return features_of(Person(name=written))


@pytest.mark.parametrize(
    "written",
    ["王小明", " 王 小 明 ", "王\u3000小明", "王小明\u200b", "\ufeff王小明", "·王小明", "王小明．"],
    ids=["plain", "spaced", "an ideographic space", "no width", "a byte-order mark", "a dot before", "a dot behind"],
)
def test_what_is_around_a_name_is_no_part_of_it(written: str) -> None:
    assert named(written) == named("王小明")


@pytest.mark.parametrize("dot", [*"·•‧・∙⋅.．。･", " · "])
def test_every_dot_divides_a_name_alike(dot: str) -> None:
    assert named(f"阿卜杜拉{dot}买买提") == named("阿卜杜拉·买买提")
    assert named(f"阿卜杜拉{dot}买买提").name == "阿卜杜拉买买提"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("張偉", "张伟"),
        ("單雄信", "单雄信"),
        ("歐陽鋒", "欧阳锋"),
        ("\uf9e1明", "李明"),
        ("李昇", "李升"),
        ("ＡＮＮＡ", "anna"),
    ],
    ids=["traditional", "its surname, too", "its compound surname", "a compatibility ideograph", "a variant", "full width"],
)
def test_forms_of_one_name_are_one_name(one: str, other: str) -> None:
    assert named(one) == named(other)


def test_a_character_that_is_simplified_and_traditional_stays_what_names_mean() -> None:
    assert named("李乾").pinyin == "li qian"


@pytest.mark.parametrize("lost", ["?", "？", "□", "\ufffd", "\ue000", "\U000f0000", "\U00100000"])
def test_a_character_that_a_register_lost_may_be_any(lost: str) -> None:
    assert (named(f"王{lost}明").name, named(f"王{lost}明").pinyin) == ("王?明", "wang ? ming")
    assert named(f"{lost}小明").given_name == "小明"


def test_a_rare_character_is_kept_although_nobody_says_how_it_is_read() -> None:
    assert (named("王𱁬").name, named("王𱁬").pinyin) == ("王𱁬", "wang 𱁬")


@pytest.mark.parametrize(
    ("written", "surname", "given_name"),
    [
        ("王明", "王", "明"),
        ("欧阳若兰", "欧阳", "若兰"),
        ("欧阳锋", "欧阳", "锋"),
        ("欧阳", "欧", "阳"),
        ("张王小明", "张", "王小明"),
        ("王", "", ""),
        ("阿卜杜拉", "阿", "卜杜拉"),
        ("阿里·汗", "", ""),
        ("古丽米热", "古", "丽米热"),
        ("司马相如之子", "", ""),
        ("Wang Xiaoming", "", ""),
        ("???", "", ""),
    ],
)
def test_a_name_is_divided_where_it_has_a_surname(written: str, surname: str, given_name: str) -> None:
    assert (named(written).surname, named(written).given_name) == (surname, given_name)


@pytest.mark.parametrize(
    ("written", "pinyin"),
    [
        ("单明", "shan ming"),
        ("仇英", "qiu ying"),
        ("解珍", "xie zhen"),
        ("曾国藩", "zeng guo fan"),
        ("翟明", "zhai ming"),
        ("单于明", "chan yu ming"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("王单", "wang dan"),
        ("吕布", "lv bu"),
    ],
)
def test_a_surname_is_read_as_a_surname(written: str, pinyin: str) -> None:
    assert named(written).pinyin == pinyin


@pytest.mark.parametrize(
    "written",
    [
        "Wang Xiaoming",
        "WangXiaoming",
        "wangxiaoming",
        "WANG XIAOMING",
        "WANG Xiao-Ming",
        "Wang Xiao Ming",
        "Xiaoming Wang",
        "Wáng Xiǎomíng",
        "Ｗａｎｇ　Ｘｉａｏｍｉｎｇ",
    ],
)
def test_letters_are_read_like_characters(written: str) -> None:
    assert named(written).pinyin == named("王小明").pinyin == "wang xiao ming"


@pytest.mark.parametrize(
    ("letters", "characters"),
    [
        ("Lyu Bu", "吕布"),
        ("LÜ BU", "吕布"),
        ("Lǚ Bù", "吕布"),
        ("Lv Bu", "吕布"),
        ("Ouyang Ming", "欧阳明"),
        ("Wang Xi'an", "王西安"),
        ("Wang Xian", "王贤"),
        ("Fang An", "方安"),
        ("Luer Wang", "王鲁尔"),
    ],
)
def test_spellings_of_syllables_are_told_apart_where_they_can_be(letters: str, characters: str) -> None:
    assert named(letters).pinyin == named(characters).pinyin


def test_letters_that_are_no_pinyin_stay_whole() -> None:
    assert named("John McDonald").pinyin == named("john mcdonald").pinyin == "johnmcdonald"
    assert named("김 철수").pinyin == "김철수"


def test_a_homophone_reads_the_same_and_one_wrong_character_changes_one_syllable() -> None:
    assert named("王晓明").pinyin == named("王小明").pinyin
    assert named("张朝阳").pinyin.split()[::2] == named("张超阳").pinyin.split()[::2]


@pytest.mark.parametrize(
    ("written", "normal"),
    [("1990-05-01", "19900501"), ("0990-05-01", "09900501"), ("1990-02-30", ""), ("1990-13-01", ""), ("", ""), (None, "")],
)
def test_a_birth_date_is_a_day_or_nothing(written: str | None, normal: str) -> None:
    assert features_of(Person(name="王小明", birth_date=written)).birth_date == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("(0086)13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("13800138000、13900139000", "13800138000"),
        ("0755-8321 1234", "075583211234"),
        ("+852 9123 4567", "85291234567"),
        ("12800138000", "12800138000"),
        ("无", ""),
        ("0", ""),
        (None, ""),
    ],
)
def test_a_phone_is_the_number_that_rings(written: str | None, normal: str) -> None:
    assert features_of(Person(name="王小明", phone=written)).phone == normal


def test_a_gender_is_known_or_not() -> None:
    assert [features_of(Person(name="王小明", gender=gender)).gender for gender in ("M", "F", None)] == ["M", "F", ""]
