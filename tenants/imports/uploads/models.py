"""What was sent in to be imported, and how far has it come?

A file that comes over the web is first tried out and shown, then imported when somebody says so. Neither happens while that
person's browser waits: work goes on elsewhere and its progress stands here, so any process can show it or take it up again.
The file itself is encrypted, for it holds identity numbers, and kept no longer than it is needed.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from sync.uuids import new_uuid
from tenants.db import Model
from tenants.errors import Invalid, NotAllowed, NotFound, StateForbids
from tenants.imports.forms.profiles import Kind
from tenants.imports.rows.findings import Finding, Group, Severity
from tenants.imports.runs.models import ImportJob, Mode
from tenants.imports.runs.running import Progress

# Work that has not moved for so long was interrupted; all rows or none are one transaction, which shows nothing on its way.
_LEASE = timedelta(seconds=30)
_LEASE_OF_ALL_ROWS = timedelta(minutes=10)


class Stage(StrEnum):
    """Where an uploaded file stands."""

    TRYING = "trying"
    TRIED = "tried"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Trial:
    """How a file was understood, what importing every good row of it would do, and what was found by reason.

    `columns` gives each field with its heading in the file, `ignored` the headings of which nothing is taken over.
    """

    encoding: str
    columns: dict[str, str]
    ignored: list[str]
    counts: Progress
    groups: list[Group]


class ImportUpload(Model):
    """A file that somebody uploaded.

    `profile` is the form that was named or, once the file was tried out, the form that it was taken for. `result` keeps the
    `trial` or, where it is unreadable, the `refusal`. `content` is the encrypted file until it is imported, and then its
    refused rows.

    Each change of its stage refuses to happen twice, so whoever makes one holds the row's lock.
    """

    __tablename__ = "import_upload"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    kind: Mapped[Kind]
    file_name: Mapped[str] = mapped_column(String(255))
    profile: Mapped[str | None] = mapped_column(String(40))
    exported_on: Mapped[date | None]
    uploaded_by: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[datetime]
    stage: Mapped[Stage]
    mode: Mapped[Mode | None]
    wanted_by: Mapped[str | None] = mapped_column(String(80))
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_read: Mapped[int] = mapped_column(default=0)
    worked_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    job_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("import_job.id"))

    job: Mapped[ImportJob | None] = relationship()

    @property
    def at_work(self) -> bool:
        """Whether there is something left to do that nobody has to decide."""
        return self.stage in (Stage.TRYING, Stage.IMPORTING)

    @property
    def trial(self) -> Trial | None:
        """What trying it out gave, once it did."""
        if self.stage in (Stage.TRYING, Stage.UNREADABLE) or self.result is None:
            return None
        groups = [Group(kept["count"], _finding(kept["example"])) for kept in self.result["groups"]]
        return Trial(**{**self.result, "counts": Progress(**self.result["counts"]), "groups": groups})

    @property
    def refusal(self) -> Invalid | None:
        """Why it cannot be read."""
        if self.stage is not Stage.UNREADABLE or self.result is None:
            return None
        kept = self.result
        return Invalid(kept["message"], field=kept["field"], rule=kept["rule"], **kept["values"])

    def is_interrupted(self, *, at: datetime) -> bool:
        """Whether whoever worked on it seems to have stopped."""
        lease = _LEASE_OF_ALL_ROWS if self.mode is Mode.ALL_ROWS else _LEASE
        return self.at_work and (self.worked_at is None or at - self.worked_at > lease)

    def begin(self, *, at: datetime) -> None:
        """Takes up the work; raises `StateForbids` where somebody is at it, or nothing is left to do."""
        if not self.is_interrupted(at=at):
            raise StateForbids("This file is being worked on. Wait for it.")
        self.worked_at = at

    def move_on(self, *, rows_read: int, rows_total: int, at: datetime) -> None:
        """Shows how far the work has come."""
        self.rows_read, self.rows_total, self.worked_at = rows_read, rows_total, at

    def show(self, profile: str, trial: Trial) -> None:
        """Waits for somebody to decide, with what trying it out as a `profile` gave; raises `StateForbids`."""
        self._refuse_unless(Stage.TRYING)
        self.stage, self.profile, self.result, self.worked_at = Stage.TRIED, profile, asdict(trial), None
        self.rows_read, self.rows_total = trial.counts.rows_read, trial.counts.rows_total

    def take_as(self, profile: str) -> None:
        """Is to be tried out anew, as another form; raises `StateForbids` where it does not wait for a decision."""
        self._refuse_unless(Stage.TRIED)
        self.stage, self.profile, self.result, self.rows_read = Stage.TRYING, profile, None, 0

    def give_up(self, refusal: Invalid) -> None:
        """Ends with the reason why the file cannot be read; raises `StateForbids`."""
        self._refuse_unless(Stage.TRYING, Stage.IMPORTING)
        values = {name: str(value) for name, value in refusal.values.items()}
        kept = {"message": refusal.message, "field": refusal.field, "rule": refusal.rule, "values": values}
        self.stage, self.result, self.content = Stage.UNREADABLE, kept, None

    def want(self, mode: Mode, *, by: str) -> None:
        """Decides that the file is to be imported; raises `StateForbids` where it has not been tried or was imported."""
        self._refuse_unless(Stage.TRIED)
        self.stage, self.mode, self.wanted_by, self.rows_read = Stage.IMPORTING, mode, by, 0

    def finish(self, job: ImportJob, refused_rows: bytes | None) -> None:
        """Ends with the finished job; all that is kept of the file are its refused rows, encrypted. Raises `StateForbids`."""
        self._refuse_unless(Stage.IMPORTING)
        self.stage, self.job, self.content = Stage.IMPORTED, job, refused_rows
        self.rows_read, self.rows_total = job.rows_read, job.rows_total

    def refused_rows(self, *, by: str) -> tuple[bytes, ImportJob]:
        """The refused rows as they were sent in, encrypted, with the import that refused them; raises `NotFound`.

        They hold whole identity numbers, so only who sent them in gets them back; else raises `NotAllowed`.
        """
        if by != self.uploaded_by:
            raise NotAllowed("Only who uploaded a file gets its rows back. Ask that person, or look at the report.")
        if self.job is None or self.content is None:
            raise NotFound("No refused rows are kept of this file.")
        return self.content, self.job

    def _refuse_unless(self, *stages: Stage) -> None:
        if self.stage not in stages:
            raise StateForbids("This file does not wait for a decision any more. Look at it again.")


def _finding(kept: dict[str, Any]) -> Finding:
    return Finding(**{**kept, "severity": Severity(kept["severity"])})
