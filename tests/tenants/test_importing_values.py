"""Is what people write into registers understood, and what they did not mean refused?"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.spreadsheets import guarded, unguarded
from tenants.imports.files.workbooks import text
from tenants.imports.forms import values
from tenants.imports.rows.findings import safe_to_show
from tests.support.registers import RESIDENT_ID

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MIDNIGHT = datetime(2026, 7, 31)  # noqa: DTZ001 - Excel knows no zones
FULL_WIDTH = str.maketrans("0123456789-/:.", "０１２３４５６７８９－／：．")


@given(
    DAYS,
    st.sampled_from(
        ["{:%Y-%m-%d}", "{:%Y/%m/%d}", "{:%Y.%m.%d}", "{:%Y%m%d}", "{:%Y年%m月%d日}", "{0.year}/{0.month}/{0.day}"]
    ),
)
def test_a_day_is_read_in_every_form(day: date, form: str) -> None:
    assert values.day(form.format(day)) == day
    assert values.day(f" {form.format(day).translate(FULL_WIDTH)}\u3000") == day
    assert values.day(f"{form.format(day)} 00:00:00") == day


@pytest.mark.parametrize(
    "written", ["", "2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31", "26-01-01", "1990", "yesterday"]
)
def test_what_is_no_day_is_not_guessed(written: str) -> None:
    assert values.day(written) is None


@given(DAYS, st.integers(0, 1439))
def test_a_moment_without_a_zone_is_the_district_s(day: date, minute: int) -> None:
    expected = datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI)
    read = values.moment(f"{expected:%Y/%m/%d %H:%M}", SHANGHAI)
    assert read is not None
    assert (read, read.tzinfo) == (expected, SHANGHAI)


@given(DAYS, st.integers(0, 1439), st.integers(-14 * 60, 14 * 60))
def test_a_moment_with_an_offset_is_that_moment(day: date, minute: int, offset: int) -> None:
    sign, distance = "-" if offset < 0 else "+", abs(offset)
    written = f"{day}T{minute // 60:02}:{minute % 60:02}:00{sign}{distance // 60:02}:{distance % 60:02}"
    local = datetime.combine(day, time(minute // 60, minute % 60), UTC)
    assert values.moment(written, SHANGHAI) == local - timedelta(minutes=offset)


@pytest.mark.parametrize("written", ["2026-02-01", "09:00", "2026-02-01 24:00", "2026-02-01T09:60", "2026-02-01T09:00+99:00"])
def test_half_a_moment_is_none(written: str) -> None:
    assert values.moment(written, SHANGHAI) is None


@given(st.integers(0, 1440))
def test_a_duration_is_read_with_its_unit(minutes: int) -> None:
    assert values.duration(f"{minutes}分钟", None) == minutes
    assert values.duration(f"{minutes // 60}小时{minutes % 60}分", None) == minutes
    assert values.duration(f"{minutes}", 1) == minutes
    assert values.duration(f"{minutes / 60:.4f}", 60) == minutes


@pytest.mark.parametrize(
    ("written", "minutes_per_unit", "expected"),
    [
        ("2小时", None, 120),
        ("１．５", 60, 90),
        ("1.5小时", 60, 90),
        ("0.5 h", None, 30),
        ("-1", 60, -60),
        ("2", None, None),
        ("", None, None),
        ("小时", None, None),
        ("2:30", 60, None),
        ("1,5", 60, None),
        ("1e9", 60, None),
    ],
)
def test_a_duration_without_a_unit_is_none_unless_the_form_has_one(
    written: str, minutes_per_unit: int | None, expected: int | None
) -> None:
    assert values.duration(written, minutes_per_unit) == expected


@given(st.text())
def test_no_text_makes_the_readers_fail(written: str) -> None:
    values.day(written)
    values.clock(written)
    values.moment(written, SHANGHAI)
    values.duration(written, 60)
    assert values.same_name(written, written)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("阿依·古丽", "阿依•古丽", True), ("Li Wei", "ＬＩＷＥＩ", True), ("张伟", "张 伟 ", True), ("张伟", "张玮", False)],
)
def test_names_are_the_same_but_for_width_case_spaces_and_dots(one: str, other: str, same: bool) -> None:
    assert values.same_name(one, other) is same


@given(st.text())
def test_what_was_guarded_is_read_as_it_was(written: str) -> None:
    assert unguarded(guarded(written)) == written
    assert not guarded(written).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(max_size=10), st.sampled_from(["", " ", "-"]), st.text(max_size=10))
def test_an_identity_number_is_never_shown(before: str, separator: str, after: str) -> None:
    for number in (RESIDENT_ID, RESIDENT_ID.translate(FULL_WIDTH), "110105491231002"):
        spaced = separator.join([number[:6], number[6:14], number[14:]])
        assert RESIDENT_ID[6:14] not in safe_to_show(f"{before}：{spaced}").replace(separator or "\0", "")
        assert "491231002" not in safe_to_show(f"{spaced}，{after}").replace(separator or "\0", "")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (None, "General", ""),
        ("007", "General", "007"),
        (20051220, "General", "20051220"),
        (13800138000.0, "General", "13800138000"),
        (2.0, "General", "2"),
        (0.1 + 0.2, "General", "0.3"),
        (42, "000000", "000042"),
        (110105194912310021, "General", "1.10105E+17"),
        (True, "General", "TRUE"),
        (MIDNIGHT, "yyyy-mm-dd", "2026-07-31"),
        (MIDNIGHT.replace(hour=18, minute=45), "yyyy/m/d h:mm", "2026-07-31 18:45"),
        (MIDNIGHT, "yyyy/m/d h:mm", "2026-07-31 00:00"),
        (time(8, 5), "h:mm", "08:05"),
        (time(8, 5, 9), "h:mm:ss", "08:05:09"),
        (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it(value: Any, number_format: str, shown: str) -> None:
    assert text(value, number_format) == shown
