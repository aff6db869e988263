"""Does an import do what was asked when it is only tried, wanted whole, interrupted or started twice?"""

import csv
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from sync.databases import postgresql, sqlite
from tenants import mailbox
from tenants.db import db
from tenants.errors import Invalid
from tenants.hours import certifying
from tenants.hours.models import HourEntry
from tenants.hours.rules import Shift
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import Source, understand
from tenants.imports.rows.findings import grouped, words
from tenants.imports.runs.chunking import CHUNK_ROWS
from tenants.imports.runs.models import ImportJob, JobState, Mode
from tenants.imports.runs.reporting import ENCODING, write_failed_rows, write_report
from tenants.imports.runs.running import Progress, run_import
from tenants.organizations.models import Organization
from tenants.registrations.models import Registration
from tests.support.district import NOW, District
from tests.support.postgresql import somebody_waits
from tests.support.registers import Registers, hour, volunteer, write_csv
from tests.support.waiting import eventually

MANY = [volunteer(f"NS{number:05}") for number in range(2 * CHUNK_ROWS + 200)]
GOOD_AND_BAD = [hour("H1"), hour("H2", minutes="0"), hour("H3", volunteer_no="NS2", name="王芳", status="pending")]


class Interrupted(Exception):
    """The program ended in the middle."""


@pytest.fixture
def registers(district: District, tmp_path: Path) -> Registers:
    """Registers of a district that has nobody yet."""
    return Registers(district, tmp_path)


@pytest.fixture
def staffed(registers: Registers) -> Registers:
    """Registers of a district in which NS1 and NS2 are registered."""
    registers.volunteers(volunteer("NS1"), volunteer("NS2", name="王芳"))
    return registers


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_dry_run_says_what_the_import_will_do_and_writes_nothing(staffed: Registers) -> None:
    session, said = staffed.district.session, staffed.district.said()
    before = (count(session, HourEntry), count(session, Organization), count(session, ImportJob))
    overlapping = hour("H4", started_at="2026-02-01T09:30:00+08:00", ended_at="2026-02-01T10:30:00+08:00")
    source = staffed.source(Kind.HOURS, *GOOD_AND_BAD, overlapping)
    tried = staffed.preview(source)
    assert (count(session, HourEntry), count(session, Organization), count(session, ImportJob)) == before
    assert staffed.district.said() == said

    job = staffed.bring_in(source)
    assert {name: getattr(job, name) for name in vars(tried.progress)} == vars(tried.progress)
    assert staffed.findings(job) == tried.findings
    assert [group.example.code for group in grouped(tried.findings)] == ["no_duration", "overlap", "waits_for_certification"]


def test_a_dry_run_sees_what_earlier_chunks_would_have_entered(staffed: Registers) -> None:
    filling = [
        hour(
            f"F{number}",
            started_at=f"{date.fromordinal(737791 + number)} 07:00",
            ended_at=f"{date.fromordinal(737791 + number)} 08:00",
        )
        for number in range(CHUNK_ROWS)
    ]
    source = staffed.source(Kind.HOURS, hour("H1"), *filling, hour("H2", minutes="30"))
    assert [(finding.record, finding.code) for finding in staffed.preview(source).findings] == [("H2", "overlap")]


def test_all_rows_or_none(staffed: Registers) -> None:
    said = staffed.district.said()
    refused = staffed.hours(*GOOD_AND_BAD, mode=Mode.ALL_ROWS)
    assert (refused.state, refused.rows_read, refused.created, refused.refused) == (JobState.REFUSED, 3, 0, 1)
    assert staffed.codes(refused) == ["no_duration"]
    assert count(staffed.district.session, HourEntry) == 0
    assert staffed.district.said() == said

    done = staffed.hours(GOOD_AND_BAD[0], GOOD_AND_BAD[2], mode=Mode.ALL_ROWS)
    assert (done.state, done.created, done.waiting) == (JobState.DONE, 2, 1)


def test_progress_is_told_chunk_by_chunk(registers: Registers) -> None:
    told: list[Progress] = []
    registers.volunteers(*MANY, watch=told.append)
    assert [progress.rows_read for progress in told] == [CHUNK_ROWS, 2 * CHUNK_ROWS, len(MANY)]
    assert {progress.rows_total for progress in told} == {len(MANY)}


def interrupt(registers: Registers, source: Source) -> None:
    """Imports a register as far as its first chunk."""

    def stop(_: Progress) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        registers.bring_in(source, watch=stop)
    db.session.remove()


def test_an_import_that_was_interrupted_goes_on_and_ends_the_same(registers: Registers) -> None:
    lines = [*MANY, MANY[0], volunteer("NS00001", name="王芳")]
    source = registers.source(Kind.VOLUNTEERS, *lines)
    interrupt(registers, source)
    begun = db.session.scalars(select(ImportJob)).one()
    assert (begun.state, begun.rows_read, begun.created) == (JobState.RUNNING, CHUNK_ROWS, CHUNK_ROWS)

    job = registers.bring_in(source)
    assert job.id == begun.id
    assert (job.state, job.rows_read, job.created, job.unchanged) == (JobState.DONE, len(lines), len(MANY), 0)
    assert registers.codes(job) == ["repeated_row", "number_used_twice"]
    assert count(registers.district.session, Registration) == len(MANY)


def test_what_an_interrupted_import_refused_is_tried_again(staffed: Registers) -> None:
    lines = [hour("H1"), hour("H2", volunteer_no="NS3"), hour("H3", minutes="0")]
    source = staffed.source(Kind.HOURS, *lines)
    interrupt(staffed, source)
    staffed.volunteers(volunteer("NS3"))
    job = staffed.bring_in(source)
    assert (job.rows_read, job.created, job.unchanged, job.refused) == (3, 2, 0, 1)
    assert staffed.codes(job) == ["no_duration"]


def test_no_register_is_of_tomorrow(staffed: Registers) -> None:
    source, tomorrow = staffed.source(Kind.HOURS, hour()), NOW.date() + timedelta(days=2)
    for attempt in (staffed.preview, staffed.bring_in):
        with pytest.raises(Invalid, match="lies in the future"):
            attempt(source, exported_on=tomorrow)
    assert staffed.preview(source, exported_on=NOW.date()).progress.created == 1


def test_a_finished_import_is_not_gone_on_with(staffed: Registers) -> None:
    first, second = staffed.hours(hour()), staffed.hours(hour())
    assert first.id != second.id


@contextmanager
def _own_session(url: str) -> Iterator[Session]:
    engine = create_engine(url)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    sessions = sessionmaker(engine)
    mailbox.log.listen(sessions)
    with sessions() as session:
        yield session
    engine.dispose()


@pytest.mark.parametrize("files", ["the same file", "two files with the same rows"])
def test_two_imports_at_once_enter_everybody_once(registers: Registers, database_url: str, files: str) -> None:
    sources = [registers.source(Kind.VOLUNTEERS, *MANY)] * 2
    if files != "the same file":
        (registers.folder / "other").mkdir()
        sources[1] = Registers(registers.district, registers.folder / "other").source(Kind.VOLUNTEERS, *MANY[::-1])
    settings, failures = registers.district.settings, []
    db.session.remove()

    def bring_in(index: int) -> None:
        try:
            with _own_session(database_url) as session:
                run_import(session, sources[index], settings=settings, by="tester", now=lambda: NOW, commit=session.commit)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=bring_in, args=[index]) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count(db.session(), Registration) == len(MANY)
    jobs = list(db.session.scalars(select(ImportJob)))
    assert {job.state for job in jobs} == {JobState.DONE}
    assert sum(job.created for job in jobs) == len(MANY)
    numbers = [event.subject for event, _ in registers.district.said() if event.type == "registration.recorded.v1"]
    assert len(numbers) == len(set(numbers)) == len(MANY)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_somebody_corrects_meanwhile_is_not_lost(staffed: Registers, database_url: str) -> None:
    staffed.hours(hour())
    source, session, settings = staffed.source(Kind.HOURS, hour(minutes="50")), db.session(), staffed.district.settings
    entry = staffed.entry()
    session.refresh(entry, with_for_update=True)
    shift = Shift(entry.started_at, entry.ended_at, 30)
    certifying.correct(session, entry, shift, reason="left early", by="li", at=NOW, settings=settings)
    session.flush()

    with ThreadPoolExecutor() as pool, _own_session(database_url) as other:
        job = pool.submit(run_import, other, source, settings=settings, by="tester", now=lambda: NOW, commit=other.commit)
        eventually(lambda: somebody_waits(database_url))
        session.commit()
        assert job.result().changed == 1
    history = [(version.version, version.reason, version.credited_minutes) for version in staffed.entry().versions]
    assert history[-2:] == [(4, "left early", 30), (5, "corrected by import of hours.csv", 50)]


@pytest.mark.parametrize("by", ["", " ", "x" * 61])
def test_somebody_has_to_answer_for_an_import(registers: Registers, by: str) -> None:
    with pytest.raises(Invalid, match="who imports"):
        registers.volunteers(volunteer(), by=by)


def test_the_report_names_line_record_column_value_and_reason(staffed: Registers) -> None:
    job = staffed.hours(*GOOD_AND_BAD, hour("H5", activity="=1+1", volunteer_no="=NS9"))
    path = staffed.folder / "report.csv"
    with path.open("w", encoding=ENCODING, newline="") as file:
        write_report(file, staffed.findings(job))
    with path.open(encoding=ENCODING, newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "line": "3",
        "record": "H2",
        "column": "minutes",
        "found": "0",
        "severity": "refused",
        "reason": "The shift has no duration.",
        "code": "no_duration",
    }
    assert [(row["line"], row["severity"], row["found"]) for row in rows[1:]] == [
        ("4", "notice", "pending"),
        ("5", "refused", "'=NS9"),
    ]


def test_a_report_speaks_another_language_where_somebody_translates(staffed: Registers) -> None:
    job = staffed.hours(hour("H1"), hour("H1"))
    (finding,) = staffed.findings(job)
    assert words(finding, {finding.message: "与第 %(line)s 行重复。"}.__getitem__) == "与第 2 行重复。"


def _failed_rows(registers: Registers, path: Path, *, mended: dict[str, str]) -> Path:
    """Writes the refused rows of an import beside it, as somebody has mended them."""
    source = understand(open_table(path), Kind.HOURS)
    failed = path.with_name(f"failed-{path.name}")
    with failed.open("w", encoding=ENCODING, newline="") as file:
        write_failed_rows(file, source, registers.findings(registers.bring_in(source)))
    with failed.open(encoding=ENCODING, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row.pop("reason") for row in rows] == ["The shift has no duration."]
    return write_csv(failed, [{"reason": "mended", **row} | mended for row in rows])


def test_refused_rows_can_be_mended_and_imported_alone(staffed: Registers) -> None:
    path = staffed.source(
        Kind.HOURS, hour("H1"), hour("H2", volunteer_no="NS2", name="王芳", minutes="0", activity="=1+1")
    ).table.path
    still_wrong = _failed_rows(staffed, path, mended={"minutes": ""})
    assert ",'=1+1," in still_wrong.read_text(encoding=ENCODING)
    right = _failed_rows(staffed, still_wrong, mended={"minutes": "30"})
    job = staffed.bring_in(understand(open_table(right), Kind.HOURS))
    assert (job.created, job.refused) == (1, 0)
    assert (staffed.entry("H2").activity, staffed.entry("H2").credited_minutes) == ("=1+1", 30)
