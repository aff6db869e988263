"""What is kept of an import?"""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sync.uuids import new_uuid
from tenants.db import Model
from tenants.imports.forms.profiles import Kind
from tenants.imports.rows.findings import Severity


class Mode(StrEnum):
    """What happens to the good rows of a file in which others are refused."""

    GOOD_ROWS = "good_rows"
    ALL_ROWS = "all_rows"


class JobState(StrEnum):
    """Where an import stands. One that is `RUNNING` may have been interrupted: the same file goes on where it stopped."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


class ImportJob(Model):
    """One file on its way into the district's records.

    `rows_total` is an estimate until the end. Each row read is one of `created`, `changed`, `unchanged` and `refused`;
    `noticed` counts rows with a notice, `waiting` entries that a coordinator has to look at.
    """

    __tablename__ = "import_job"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    kind: Mapped[Kind]
    mode: Mapped[Mode]
    profile: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    encoding: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(60))
    exported_on: Mapped[date | None]
    started_at: Mapped[datetime]
    progressed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[JobState]
    rows_total: Mapped[int]
    rows_read: Mapped[int]
    created: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    refused: Mapped[int]
    noticed: Mapped[int]
    waiting: Mapped[int]

    def finish(self, *, at: datetime) -> None:
        """Ends the job: every row was read."""
        self.state = JobState.DONE
        self.rows_total = self.rows_read
        self.finished_at = at

    def refuse(self, *, at: datetime) -> None:
        """Ends the job without a row written: some were refused, and all or none were wanted."""
        self.finish(at=at)
        self.state = JobState.REFUSED
        self.created = self.changed = self.unchanged = self.waiting = 0


class ImportFinding(Model):
    """Something that a person should know about a row: why it was refused, or what is odd about it.

    `message` is an English sentence with places for `params`, so that a page can say it in another language. `value` is what
    the file has, masked where it could be a document's number.
    """

    __tablename__ = "import_finding"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("import_job.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    severity: Mapped[Severity]
    code: Mapped[str] = mapped_column(String(40))
    record: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(40))
    heading: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
