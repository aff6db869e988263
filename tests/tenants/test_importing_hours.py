"""What do a district's hours become when a register states them, once, again or otherwise?"""

from datetime import date
from pathlib import Path

import pytest

from tenants.db import db
from tenants.hours import certifying
from tenants.hours.models import HourAct, HourEntry, HourState
from tenants.hours.rules import Shift
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import understand
from tenants.imports.rows.findings import Severity
from tests.support.district import NOW, District
from tests.support.registers import Line, Registers, hour, volunteer, write_workbook


@pytest.fixture
def registers(district: District, tmp_path: Path) -> Registers:
    """Registers of a district in which NS1 and NS2 are registered."""
    registers = Registers(district, tmp_path)
    registers.volunteers(volunteer("NS1"), volunteer("NS2", name="王芳"))
    return registers


def test_certified_hours_count_in_the_name_of_their_certifier(registers: Registers) -> None:
    job = registers.hours(hour(minutes="45"))
    entry = registers.entry()
    assert (job.created, job.refused, job.waiting) == (1, 0, 0)
    assert (entry.state, entry.certified_by, entry.credited_minutes) == (HourState.CERTIFIED, "李干事", 45)
    assert entry.organization.name == "海珠社区"
    event, data = registers.district.said()[-1]
    assert (event.type, event.subject, data["certified_by"]) == ("hours.certified.v1", str(entry.id), "李干事")


def test_hours_that_are_not_certified_wait_for_a_coordinator(registers: Registers) -> None:
    said = len(registers.district.said())
    job = registers.hours(hour(status="pending", certified_by=""))
    assert registers.entry().state is HourState.SUBMITTED
    assert (job.created, job.waiting, registers.codes(job)) == (1, 1, ["waits_for_certification"])
    assert len(registers.district.said()) == said


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"volunteer_no": "NS9"}, "unknown_volunteer", "volunteer_no"),
        ({"name": "李娜"}, "other_name", "name"),
        ({"ended_at": "2026-02-01T08:30:00+08:00"}, "ends_before_start", "ended_at"),
        ({"ended_at": "2026-02-01T09:00:00+08:00"}, "ends_before_start", "ended_at"),
        ({"minutes": "0"}, "no_duration", "minutes"),
        ({"minutes": ""}, "no_duration", "minutes"),
        ({"minutes": "-60"}, "no_duration", "minutes"),
        ({"minutes": "61"}, "longer_than_span", "minutes"),
        ({"minutes": "an hour"}, "unreadable", "minutes"),
        ({"ended_at": "2026-02-02T09:01:00+08:00", "minutes": "60"}, "over_24_hours", "minutes"),
        ({"started_at": "2026-03-08T09:00:00+08:00", "ended_at": "2026-03-08T10:00:00+08:00"}, "in_the_future", "ended_at"),
        ({"started_at": "1 February"}, "unreadable", "started_at"),
        ({"started_at": "2026-02-30T09:00:00+08:00"}, "unreadable", "started_at"),
        ({"activity": ""}, "missing", "activity"),
        ({"activity": "x" * 201}, "too_long", "activity"),
        ({"activity": "a\x07b"}, "unreadable", "activity"),
        ({"record_no": ""}, "missing", "record_no"),
        ({"status": "rejected"}, "unreadable", "status"),
        ({"certified_by": ""}, "missing", "certified_by"),
        ({"street": ""}, "missing", "street"),
        ({"certified_by": "import (tester)"}, "self_certified", "certified_by"),
    ],
)
def test_a_row_is_refused_with_its_line_column_and_reason(registers: Registers, change: Line, code: str, column: str) -> None:
    job = registers.hours(hour("H0", volunteer_no="NS2", name="王芳"), hour() | change)
    (finding,) = registers.findings(job)
    assert (job.created, job.refused) == (1, 1)
    assert (finding.line, finding.code, finding.heading, finding.severity) == (3, code, column, Severity.REFUSED)
    assert finding.message


def test_a_row_with_a_comma_too_many_is_refused_before_its_values_are_taken_for_others(registers: Registers) -> None:
    path = registers.source(Kind.HOURS, hour(activity="reading", field="aloud")).table.path
    path.write_text(path.read_text().replace("reading", "reading, singing"))
    job = registers.bring_in(understand(open_table(path), Kind.HOURS))
    assert (job.refused, registers.codes(job)) == (1, ["shifted"])


def test_a_row_without_its_last_cells_lacks_what_they_would_say(registers: Registers) -> None:
    path = registers.source(Kind.HOURS, hour()).table.path
    path.write_text(path.read_text().replace(",李干事,certified", ""))
    assert registers.codes(registers.bring_in(understand(open_table(path), Kind.HOURS))) == ["missing"]


def test_a_name_may_be_written_another_way(registers: Registers) -> None:
    registers.volunteers(volunteer("NS3", name="阿依·古丽"), volunteer("NS4", name="Li Wei"))
    job = registers.hours(hour("H1", volunteer_no="NS3", name="阿依•古丽 "), hour("H2", volunteer_no="NS4", name="ＬＩ ＷＥＩ"))
    assert (job.created, job.refused) == (2, 0)


def test_nobody_serves_in_two_places_at_once(registers: Registers) -> None:
    registers.district.submitted(volunteer="FT1", hours_ago=30)
    desk_entry = registers.district.session.query(HourEntry).one()
    begins, ends = desk_entry.started_at.isoformat(), desk_entry.ended_at.isoformat()
    job = registers.hours(
        hour("H1"),
        hour("H2", started_at="2026-02-01T09:59:00+08:00", ended_at="2026-02-01T10:59:00+08:00"),
        hour("H3", started_at="2026-02-01T10:00:00+08:00", ended_at="2026-02-01T11:00:00+08:00"),
        hour("H4", volunteer_no="NS2", name="王芳"),
        hour("H5", volunteer_no="FT1", started_at=begins, ended_at=ends),
    )
    assert [(finding.record, finding.code) for finding in registers.findings(job)] == [("H2", "overlap"), ("H5", "overlap")]
    assert job.created == 3


def test_a_row_that_stands_twice_is_entered_once(registers: Registers) -> None:
    job = registers.hours(hour("H1"), hour("H1"), hour("H1", minutes="30"))
    assert (job.created, registers.codes(job)) == (1, ["repeated_row", "number_used_twice"])
    assert registers.entry().credited_minutes == 60


def test_the_day_of_the_export_decides_what_lies_in_the_future(registers: Registers) -> None:
    late = hour(started_at="2026-02-28T23:00:00+08:00", ended_at="2026-03-01T00:00:00+08:00")
    assert registers.codes(registers.hours(late, exported_on=date(2026, 2, 27))) == ["in_the_future"]
    assert registers.hours(late, exported_on=date(2026, 2, 28)).created == 1


def test_nobody_certifies_what_they_imported_themselves_before(registers: Registers) -> None:
    registers.hours(hour(status="pending"), by="wang")
    job = registers.hours(hour(certified_by="import (wang)"))
    assert (job.refused, registers.codes(job)) == (1, ["self_certified"])
    assert registers.entry().state is HourState.SUBMITTED


def test_the_same_file_again_changes_nothing_and_the_hub_hears_nothing(registers: Registers) -> None:
    lines = [hour("H1"), hour("H2", volunteer_no="NS2", name="王芳", status="pending"), hour("H3", minutes="0")]
    registers.hours(*lines)
    said = registers.district.said()
    job = registers.hours(*lines)
    assert (job.created, job.changed, job.unchanged, job.refused, job.waiting) == (0, 0, 2, 1, 1)
    assert registers.district.said() == said


def test_what_a_coordinator_corrected_stays_when_the_register_says_what_it_said_before(registers: Registers) -> None:
    registers.hours(hour())
    entry = registers.entry()
    shift = Shift(entry.started_at, entry.ended_at, 30)
    certifying.correct(
        registers.district.session, entry, shift, reason="left early", by="li", at=NOW, settings=registers.district.settings
    )
    db.session.commit()
    assert registers.hours(hour()).unchanged == 1
    assert registers.entry().credited_minutes == 30


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"minutes": "50"}, "credited_minutes", 50),
        ({"activity": "净滩行动"}, "activity", "净滩行动"),
        ({"started_at": "2026-02-01T08:30:00+08:00"}, "raw_minutes", 60),
    ],
)
def test_a_corrected_row_corrects_the_entry_with_a_reason(
    registers: Registers, change: Line, field: str, expected: object
) -> None:
    registers.hours(hour())
    job = registers.hours(hour() | change)
    entry = registers.entry()
    assert (job.changed, job.unchanged, getattr(entry, field)) == (1, 0, expected)
    assert (entry.versions[-1].act, entry.versions[-1].reason) == (HourAct.CORRECTED, "corrected by import of hours.csv")
    event, data = registers.district.said()[-1]
    assert (event.type, event.recordversion, data["activity"]) == ("hours.corrected.v1", 4, entry.activity)


def test_hours_that_waited_are_amended_and_certified_when_the_register_certifies_them(registers: Registers) -> None:
    registers.hours(hour(status="pending"))
    assert registers.hours(hour(status="pending", minutes="50")).changed == 1
    assert registers.hours(hour(minutes="40")).changed == 1
    entry = registers.entry()
    acts = [HourAct.DRAFTED, HourAct.SUBMITTED, HourAct.AMENDED, HourAct.AMENDED, HourAct.CERTIFIED]
    assert [version.act for version in entry.versions] == acts
    assert (entry.state, entry.credited_minutes, entry.certified_by) == (HourState.CERTIFIED, 40, "李干事")


@pytest.mark.parametrize("change", [{"status": "pending"}, {"minutes": "0"}, {"minutes": ""}])
def test_no_row_takes_certified_hours_away(registers: Registers, change: Line) -> None:
    registers.hours(hour())
    job = registers.hours(hour() | change)
    assert job.changed == 0
    assert registers.codes(job) in (["certified_here"], ["no_duration"])
    assert (registers.entry().state, registers.entry().credited_minutes) == (HourState.CERTIFIED, 60)


def test_what_a_coordinator_revoked_stays_revoked(registers: Registers) -> None:
    registers.hours(hour())
    session, settings = registers.district.session, registers.district.settings
    certifying.revoke(session, registers.entry(), reason="was not there", by="li", at=NOW, settings=settings)
    db.session.commit()
    job = registers.hours(hour(minutes="50"))
    assert (job.unchanged, registers.codes(job)) == (1, ["withdrawn_here"])
    assert registers.entry().state is HourState.REVOKED


def test_a_number_never_moves_hours_to_another_volunteer(registers: Registers) -> None:
    registers.hours(hour())
    job = registers.hours(hour(volunteer_no="NS2", name="王芳"))
    assert registers.codes(job) == ["other_volunteer"]
    assert registers.entry().registration.local_number == "NS1"


def test_clock_times_of_one_day_cross_midnight_where_the_duration_says_so(registers: Registers) -> None:
    headings = ("流水号", "编号", "志愿者姓名", "项目", "类别", "服务日期", "开始", "结束", "时长", "审核人", "审核状态")
    night = ("NS1", "张伟", "夜间巡逻", "应急", "2026-02-01", "22:00", "02:00")
    rows = [headings, ("H1", *night, "4小时", "李", "已认证"), ("H2", *night, "150分钟", "李", "已认证")]
    path = write_workbook(registers.folder / "hours.xlsx", rows)
    job = registers.bring_in(understand(open_table(path), Kind.HOURS))
    entry = registers.entry()
    assert (entry.ended_at - entry.started_at).total_seconds() == 4 * 3600
    assert entry.credited_minutes == 240
    assert registers.codes(job) == ["ends_before_start"]
