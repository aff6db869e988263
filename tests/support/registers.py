"""How does a test make the files of a register, and bring them in?"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from tenants.db import db
from tenants.hours.models import HourEntry
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import Source, understand
from tenants.imports.rows.findings import Finding
from tenants.imports.runs.models import ImportJob
from tenants.imports.runs.reporting import findings_of
from tenants.imports.runs.running import Preview, preview, run_import
from tenants.registrations.models import Registration
from tests.support.district import NOW, District

RESIDENT_ID = "11010519491231002X"
"""The example of GB 11643-1999: a woman born on 31 December 1949."""

Line = dict[str, str]


def volunteer(number: str = "NS1", **changes: str) -> Line:
    """A line of a register of volunteers with English headings."""
    line = {
        "volunteer_no": number,
        "name": "张伟",
        "id_type": "",
        "id_number": "",
        "gender": "M",
        "birth_date": "1990-05-04",
        "phone": "13800138000",
        "team": "海珠社区义工服务队",
        "street": "粤海街道",
        "community": "海珠社区",
        "registered_on": "2020-01-01",
    }
    return line | changes


def hour(number: str = "H1", **changes: str) -> Line:
    """A line of a register of hours with English headings: an hour that NS1 served."""
    line = {
        "record_no": number,
        "volunteer_no": "NS1",
        "name": "张伟",
        "activity": "图书馆导读",
        "field": "文化",
        "street": "粤海街道",
        "community": "海珠社区",
        "started_at": "2026-02-01T09:00:00+08:00",
        "ended_at": "2026-02-01T10:00:00+08:00",
        "minutes": "60",
        "certified_by": "李干事",
        "status": "certified",
    }
    return line | changes


def write_csv(path: Path, lines: Sequence[Line], *, encoding: str = "utf-8-sig") -> Path:
    """Writes lines that have the same columns."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def write_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Writes rows of any cells into a workbook."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    workbook.save(path)
    return path


@dataclass
class Registers:
    """A district's registers, which a test writes and imports."""

    district: District
    folder: Path

    def volunteers(self, *lines: Line, **options: Any) -> ImportJob:
        """Imports a register of volunteers."""
        return self.bring_in(self.source(Kind.VOLUNTEERS, *lines), **options)

    def hours(self, *lines: Line, **options: Any) -> ImportJob:
        """Imports a register of hours."""
        return self.bring_in(self.source(Kind.HOURS, *lines), **options)

    def source(self, kind: Kind, *lines: Line) -> Source:
        """A register of these lines."""
        return understand(open_table(write_csv(self.folder / f"{kind}.csv", lines)), kind)

    def bring_in(self, source: Source, **options: Any) -> ImportJob:
        """Imports a register in the name of "tester"."""
        defaults: dict[str, Any] = {
            "settings": self.district.settings,
            "by": "tester",
            "now": lambda: NOW,
            "commit": db.session.commit,
        }
        return run_import(self.district.session, source, **(defaults | options))

    def preview(self, source: Source, **options: Any) -> Preview:
        """What importing a register would do."""
        return preview(self.district.session, source, settings=self.district.settings, by="tester", at=NOW, **options)

    def findings(self, job: ImportJob) -> list[Finding]:
        """What an import found."""
        return findings_of(self.district.session, job)

    def codes(self, job: ImportJob) -> list[str]:
        """The codes of what an import found, by line."""
        return [finding.code for finding in self.findings(job)]

    def entry(self, number: str = "H1") -> HourEntry:
        """The hours with this number."""
        self.district.session.expire_all()
        return self.district.session.query(HourEntry).filter_by(local_number=number).one()

    def registration(self, number: str = "NS1") -> Registration:
        """The registration with this number."""
        return self.district.session.query(Registration).filter_by(local_number=number).one()
