"""What does an import hand back to the people who keep the register?"""

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.spreadsheets import guarded
from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import Finding, Severity, words
from tenants.imports.runs.models import ImportFinding, ImportJob

ENCODING = "utf-8-sig"
"""Of both files: with a mark, by which Excel knows UTF-8."""

_REASON = "reason"
_REPORT_HEADINGS = ("line", "record", "column", "found", "severity", _REASON, "code")

Say = Callable[[Finding], str]


def findings_of(session: Session, job: ImportJob) -> list[Finding]:
    """What an import found, by line."""
    query = select(ImportFinding).where(ImportFinding.job_id == job.id).order_by(ImportFinding.line, ImportFinding.rank)
    return [
        Finding(**{name: getattr(found, name) for name in Finding.__dataclass_fields__}) for found in session.scalars(query)
    ]


def write_report(file: TextIO, findings: Iterable[Finding], say: Say = words) -> None:
    """Writes a CSV with a row for each finding, in the words of `say`."""
    writer = csv.writer(file)
    writer.writerow(_REPORT_HEADINGS)
    for finding in findings:
        column = finding.heading or finding.field
        cells = (finding.record, column, finding.value, finding.severity.value, say(finding), finding.code)
        writer.writerow([finding.line, *map(guarded, cells)])


def write_failed_rows(file: TextIO, source: Source, findings: Iterable[Finding], say: Say = words) -> None:
    """Writes the refused rows as they were, each with the reason before it, to be mended and imported again.

    They carry all that the register's own file does, so this file is for those who may see that one.
    """
    reasons = dict(_reasons(findings, say))
    writer = csv.writer(file)
    writer.writerow([_REASON, *_own(source, source.header.cells)])
    for row in source.data():
        if row.line in reasons:
            writer.writerow([guarded(cell) for cell in (reasons[row.line], *_own(source, row.cells))])


def _reasons(findings: Iterable[Finding], say: Say) -> Iterator[tuple[int, str]]:
    return ((finding.line, say(finding)) for finding in findings if finding.severity is Severity.REFUSED)


def _own(source: Source, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The register's own cells, without the reason that an earlier import put before them."""
    return cells[1:] if source.header.cells[0] == _REASON else cells
