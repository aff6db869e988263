"""Which files are understood as registers, and what are people told about the others?"""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from tenants.errors import Invalid
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import PROFILES, Kind, Profile
from tenants.imports.forms.understanding import understand
from tests.support.registers import RESIDENT_ID, hour, volunteer, write_csv, write_workbook

FUTIAN = "义工号,姓名,证件类型,证件号码,性别,出生日期,街道,社区,注册日期\r\nFT000007,䶮·古丽,,,,,,,2020-01-01\r\n"


def rows(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows()]


@pytest.mark.parametrize(("encoding", "shown"), [("gb18030", "GB18030"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8")])
def test_an_encoding_is_told_and_every_character_kept(tmp_path: Path, encoding: str, shown: str) -> None:
    path = tmp_path / "volunteers.csv"
    path.write_text(FUTIAN, encoding=encoding)
    source = understand(open_table(path), Kind.VOLUNTEERS)
    assert (source.table.encoding, source.profile.name) == (shown, "futian")
    assert next(source.data()).cells[:2] == ("FT000007", "䶮·古丽")


def test_cells_of_a_workbook_are_the_text_that_a_person_sees(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "any.xlsx", [("number", "on", "at"), ("007", date(2026, 7, 31), time(8, 5)), (13800138000, 1.5, None)]
    )
    assert rows(path) == [("number", "on", "at"), ("007", "2026-07-31", "08:05"), ("13800138000", "1.5")]


def test_a_line_is_where_an_editor_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text('a,b\n\n"two\nlines",c\nd,e\n')
    assert [(row.line, row.cells) for row in open_table(path).rows()] == [
        (1, ("a", "b")),
        (3, ("two\nlines", "c")),
        (5, ("d", "e")),
    ]


def _gb18030_cut_short(path: Path) -> None:
    path.write_bytes(FUTIAN.encode("gb18030") + "福".encode("gb18030")[:1])


def _damaged_after_a_mark(path: Path) -> None:
    path.write_bytes(FUTIAN.encode("utf-8-sig") + b"\xff\xfe")


def _truncated_workbook(path: Path) -> None:
    write_workbook(path, [list(hour()), list(hour().values())])
    path.write_bytes(path.read_bytes()[:-200])


def _workbook_with_a_broken_sheet(path: Path) -> None:
    write_workbook(path, [list(hour())] + [list(hour(f"H{number}").values()) for number in range(50)])
    content = path.read_bytes()
    place = content.index(b"xl/worksheets/sheet1.xml") + 200
    path.write_bytes(content[:place] + bytes(100) + content[place + 100 :])


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda path: path.write_bytes(b""), "empty_file"),
        (lambda path: path.write_bytes(b"\n \r\n"), "empty_file"),
        (lambda path: path.write_text(FUTIAN, encoding="utf-16"), "unreadable_encoding"),
        (_gb18030_cut_short, "unreadable_encoding"),
        (_damaged_after_a_mark, "unreadable_encoding"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n\x00\x01\x02"), "wrong_kind_of_file"),
        (lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)), "old_or_protected_workbook"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "broken_workbook"),
        (_truncated_workbook, "broken_workbook"),
        (_workbook_with_a_broken_sheet, "broken_workbook"),
        (lambda path: path.write_text('record_no,"volunteer_no\nH1,NS1\n'), "broken_csv"),
        (lambda path: path.write_text("NS1,张伟\nNS2,王芳\n"), "no_headings"),
        (lambda path: write_csv(path, [volunteer()]), "other_kind_of_register"),
        (lambda path: write_csv(path, [{**hour(), " Minutes": "60"}]), "twofold_heading"),
        (
            lambda path: write_csv(path, [{name: value for name, value in hour().items() if name != "minutes"}]),
            "missing_headings",
        ),
    ],
)
def test_a_file_that_is_no_register_of_hours_is_refused_with_a_remedy(
    tmp_path: Path, make: Callable[[Path], object], rule: str
) -> None:
    path = tmp_path / "register"
    make(path)
    with pytest.raises(Invalid) as refused:
        list(understand(open_table(path), Kind.HOURS).data())
    assert refused.value.rule == rule
    assert str(refused.value).endswith(".")


def test_an_unreadable_byte_is_found_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n\xff,3\n")
    with pytest.raises(Invalid, match="Line 3 "):
        open_table(path)


def test_missing_headings_are_named_and_no_cell_is_repeated(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "register.csv", [{"volunteer_no": "NS1", "name": "张伟", RESIDENT_ID: RESIDENT_ID}])
    with pytest.raises(Invalid, match="registered_on") as refused:
        understand(open_table(path), Kind.VOLUNTEERS)
    assert RESIDENT_ID not in str(refused.value)


def test_headings_may_stand_below_a_title_and_go_by_other_names(tmp_path: Path) -> None:
    title = ("2026年志愿者名册", None, None, None)
    path = write_workbook(
        tmp_path / "register.xlsx", [title, (), ("义工编号", " 姓 名", "注册时间", "备注"), ("FT1", "张伟", "2020-01-01", "")]
    )
    source = understand(open_table(path), Kind.VOLUNTEERS)
    assert (source.profile.name, source.header.line) == ("futian", 3)
    assert source.headings == {"local_number": "义工编号", "name": " 姓 名", "registered_on": "注册时间"}
    assert source.ignored == ["备注"]
    assert [row.line for row in source.data()] == [4]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: f"{profile.name}-{profile.kind}")
def test_each_form_is_known_by_its_own_headings(tmp_path: Path, profile: Profile) -> None:
    path = write_csv(tmp_path / "register.csv", [{headings[0]: "" for headings in profile.headings.values()}])
    source = understand(open_table(path), profile.kind)
    assert source.profile is profile
    assert source.ignored == []


def test_a_profile_that_is_named_wins_or_is_refused(tmp_path: Path) -> None:
    table = open_table(write_csv(tmp_path / "register.csv", [hour()]))
    assert understand(table, Kind.HOURS, profile_name="nanshan").profile.name == "nanshan"
    with pytest.raises(Invalid, match="no row of headings"):
        understand(table, Kind.HOURS, profile_name="futian")
    with pytest.raises(Invalid, match="futian, luohu, nanshan"):
        understand(table, Kind.HOURS, profile_name="nowhere")
