"""Do the registers of three districts enter as the rules call for, no row more and no row less?

The figures were counted from the files by themselves, without the code that is tried here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenants import mailbox
from tenants.hours.totals import district_totals
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import understand
from tenants.imports.runs.models import ImportJob, JobState
from tests.architecture.source import ROOT
from tests.support.district import founded_district
from tests.support.registers import Registers

# Behind the last shift and before some days of registration that are still to come.
AT = datetime(2026, 11, 1, tzinfo=UTC)
REFUSED = {"unknown_volunteer": 10, "ends_before_start": 10, "no_duration": 10, "repeated_row": 10}


@dataclass(frozen=True)
class Expected:
    """What a district's registers hold."""

    encoding: str
    volunteers: int
    notices: dict[str, int]
    hour_rows: int
    certified_entries: int
    certified_minutes: int
    unknown_volunteers_at: tuple[int, ...]


EXPECTED = {
    "futian": Expected(
        "GB18030",
        2044,
        {"check_digit": 3, "other_birth_date": 18, "other_gender": 3, "registered_in_the_future": 38},
        5941,
        5891,
        831150,
        (955, 1913, 2441, 2877),
    ),
    "luohu": Expected(
        "XLSX",
        2036,
        {"check_digit": 2, "other_birth_date": 14, "other_gender": 2, "registered_in_the_future": 48},
        6224,
        6174,
        868530,
        (331, 711, 1022, 2312),
    ),
    "nanshan": Expected(
        "UTF-8",
        2020,
        {"check_digit": 1, "other_birth_date": 9, "other_gender": 1, "registered_in_the_future": 38},
        6285,
        6235,
        871290,
        (67, 495, 538, 1000),
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_district_s_registers(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    with founded_district(f"sqlite:///{tmp_path / 'district.db'}") as district:
        registers = Registers(district, tmp_path)

        def bring_in(kind: Kind) -> ImportJob:
            (path,) = (ROOT / "demo" / "registers" / name).glob(f"{kind}.*")
            source = understand(open_table(path), kind)
            assert (source.profile.name, source.table.encoding, source.ignored) == (name, expected.encoding, [])
            return registers.bring_in(source, now=lambda: AT)

        volunteers = bring_in(Kind.VOLUNTEERS)
        assert (volunteers.rows_read, volunteers.created, volunteers.refused) == (expected.volunteers, expected.volunteers, 0)
        assert Counter(registers.codes(volunteers)) == expected.notices

        hours = bring_in(Kind.HOURS)
        assert (hours.state, hours.rows_read, hours.refused) == (JobState.DONE, expected.hour_rows, 40)
        assert (hours.created, hours.waiting) == (expected.certified_entries + 10, 10)
        assert Counter(registers.codes(hours)) == REFUSED | {"waits_for_certification": 10}
        unknown = [finding.line for finding in registers.findings(hours) if finding.code == "unknown_volunteer"]
        assert tuple(unknown[:4]) == expected.unknown_volunteers_at
        totals = district_totals(district.session)
        assert (totals.certified_entries, totals.certified_minutes) == (expected.certified_entries, expected.certified_minutes)
        assert totals.waiting_entries == 10

        said = mailbox.log.heads(district.session)
        again = [bring_in(kind) for kind in Kind]
        assert [(job.created, job.changed) for job in again] == [(0, 0), (0, 0)]
        assert [job.refused for job in again] == [0, 40]
        assert mailbox.log.heads(district.session) == said
