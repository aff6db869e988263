"""How do the rows of a register enter piece by piece?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from tenants.errors import Invalid
from tenants.imports.forms.cells import Cells
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import Finding, Severity
from tenants.imports.rows.hours import hours
from tenants.imports.rows.judging import Enter, Repeats, Run, Verdict, judge
from tenants.imports.rows.volunteers import volunteers
from tenants.imports.runs.models import ImportJob
from tenants.registrations.registering import Outcome

CHUNK_ROWS = 500

_ENTERING: Mapping[Kind, Callable[[Session, Sequence[Cells], Run], Enter]] = {
    Kind.VOLUNTEERS: volunteers,
    Kind.HOURS: hours,
}


class Numbered(NamedTuple):
    """A row at its place among the rows of data, the first being 1."""

    position: int
    cells: Cells
    repeated: Invalid | None


def chunks(source: Source) -> Iterator[list[Numbered]]:
    """The rows of data in order, each with what is to be said against its number."""
    repeats = Repeats()
    cells = (Cells(source, row) for row in source.data())
    rows = (Numbered(position, row, repeats.refusal(row)) for position, row in enumerate(cells, start=1))
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def enter_chunk(session: Session, rows: Sequence[Numbered], job: ImportJob, run: Run) -> list[Finding]:
    """Enters `rows`, counts them in `job` and gives what was found."""
    enter = _ENTERING[job.kind](session, [row.cells for row in rows], run)
    findings: list[Finding] = []
    for row in rows:
        verdict = judge(row.cells, enter, row.repeated)
        _count(job, verdict)
        findings += verdict.findings
    return findings


def _count(job: ImportJob, verdict: Verdict) -> None:
    job.rows_read += 1
    job.refused += verdict.outcome is None
    job.created += verdict.outcome is Outcome.CREATED
    job.changed += verdict.outcome is Outcome.CHANGED
    job.unchanged += verdict.outcome is Outcome.UNCHANGED
    job.noticed += any(finding.severity is Severity.NOTICE for finding in verdict.findings)
    job.waiting += verdict.waiting
