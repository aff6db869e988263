"""What becomes of a row?"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tenants.errors import Invalid
from tenants.hours.recording import Occupied
from tenants.imports.forms.cells import Cells
from tenants.imports.recorders import recorder
from tenants.imports.rows.findings import Finding, refusal
from tenants.registrations.registering import Outcome
from tenants.settings import Settings


@dataclass
class Run:
    """What holds for every row of one run over a file.

    `exported_on` is the day on which the register was written, if that is known: nothing in it can be later. `occupied` holds
    the times that rows of this run have taken, by registration and entry.
    """

    settings: Settings
    actor: str
    file_name: str
    at: datetime
    exported_on: date | None = None
    occupied: dict[uuid.UUID, dict[uuid.UUID, Occupied]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def as_of(self) -> date:
        """The day on which the register was true."""
        return self.exported_on or self.at.astimezone(self.settings.time_zone).date()

    @property
    def latest_end(self) -> datetime:
        """The moment after which nothing in the register can have ended."""
        if self.exported_on is None:
            return self.at
        return datetime.combine(self.exported_on + timedelta(days=1), time(), self.settings.time_zone).astimezone(UTC)

    @property
    def recorder(self) -> str:
        """Under what name entries are recorded."""
        return recorder(self.actor)


@dataclass(frozen=True)
class Verdict:
    """What became of a row: `outcome` is None where it was refused, `waiting` says that a coordinator has to look at it."""

    outcome: Outcome | None
    findings: Sequence[Finding] = ()
    waiting: bool = False


def refuse_future_export(exported_on: date | None, *, at: datetime, settings: Settings) -> None:
    """Raises `Invalid` where a register is said to be written after `at`: what happened is measured against that day."""
    if exported_on is not None and exported_on > at.astimezone(settings.time_zone).date():
        message = "The day of the export lies in the future. Write the day on which the register was exported."
        raise Invalid(message, field="exported_on", rule="in_the_future")


Enter = Callable[[Cells], Verdict]
"""Enters one row; raises `Invalid` before it touches a record where the row is refused."""


class Repeats:
    """Which numbers a file had already; it is told of every row, in order."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}

    def refusal(self, cells: Cells) -> Invalid | None:
        """Why this row comes too late, or None where its number is new."""
        content = hash(cells.content)
        line, first_content = self._seen.setdefault(cells.number, (cells.row.line, content))
        if line == cells.row.line or not cells.number:
            return None
        if content == first_content:
            message = "The row repeats line %(line)s. Nothing is lost: that line counts."
            return Invalid(message, field="local_number", rule="repeated_row", line=line)
        message = "Line %(line)s has the same number and says something else. Keep the row that is right, remove the other."
        return Invalid(message, field="local_number", rule="number_used_twice", line=line)


def judge(cells: Cells, enter: Enter, repeated: Invalid | None) -> Verdict:
    """Enters a row, or says why it stays out."""
    try:
        cells.refuse_shifted()
        if repeated is not None:
            raise repeated
        return enter(cells)
    except Invalid as error:
        return Verdict(None, [refusal(cells, error)])
