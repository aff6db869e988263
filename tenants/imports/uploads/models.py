"""What was sent in to be imported, and how far has it come?

A file that comes over the web is first tried out and shown, then imported when somebody says so. Neither happens while that
person's browser waits: work goes on elsewhere and its progress stands here, so any process can show it or take it up again.
The file itself is encrypted, for it holds identity numbers, and kept no longer than it is needed.
"""

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from sync.envelope import new_uuid
from tenants.db import Model
from tenants.errors import NotAllowed, NotFound, StateForbids
from tenants.imports.forms.profiles import Kind
from tenants.imports.runs.models import ImportJob, Mode

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


class ImportUpload(Model):
    """A file that somebody uploaded.

    `result` is what trying it out gave: how it was understood, what importing it would do and what was found; or, where it is
    unreadable, the refusal. `content` is the encrypted file until it is imported, and then its refused rows.
    """

    __tablename__ = "import_upload"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    kind: Mapped[Kind]
    file_name: Mapped[str] = mapped_column(String(255))
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

    def is_interrupted(self, *, at: datetime) -> bool:
        """Whether whoever worked on it seems to have stopped."""
        lease = _LEASE_OF_ALL_ROWS if self.mode is Mode.ALL_ROWS else _LEASE
        return self.at_work and (self.worked_at is None or at - self.worked_at > lease)

    def begin(self, *, at: datetime) -> None:
        """Takes up the work; raises `StateForbids` where somebody is at it."""
        if not self.is_interrupted(at=at):
            raise StateForbids("This file is being worked on. Wait for it.")
        self.worked_at = at

    def move_on(self, *, rows_read: int, rows_total: int, at: datetime) -> None:
        """Shows how far the work has come."""
        self.rows_read, self.rows_total, self.worked_at = rows_read, rows_total, at

    def show(self, result: dict[str, Any]) -> None:
        """Waits for somebody to decide, with what trying it out gave."""
        self.stage, self.result, self.worked_at = Stage.TRIED, result, None

    def give_up(self, result: dict[str, Any]) -> None:
        """Ends with the reason why the file cannot be read."""
        self.stage, self.result, self.content = Stage.UNREADABLE, result, None

    def want(self, mode: Mode, *, by: str) -> None:
        """Decides that the file is to be imported; raises `StateForbids` where it has not been tried or was imported."""
        if self.stage is not Stage.TRIED:
            raise StateForbids("This file does not wait for a decision any more. Look at it again.")
        self.stage, self.mode, self.wanted_by, self.rows_read = Stage.IMPORTING, mode, by, 0

    def finish(self, job: ImportJob, refused_rows: bytes | None) -> None:
        """Ends with the finished job; all that is kept of the file are its refused rows, encrypted."""
        self.stage, self.job, self.content = Stage.IMPORTED, job, refused_rows

    def refused_rows(self, *, by: str) -> bytes:
        """The refused rows as they were sent in, encrypted; raises `NotFound` where none are kept.

        They hold whole identity numbers, so only who sent them in gets them back; else raises `NotAllowed`.
        """
        if by != self.uploaded_by:
            raise NotAllowed("Only who uploaded a file gets its rows back. Ask that person, or look at the report.")
        if self.stage is not Stage.IMPORTED or self.content is None:
            raise NotFound("No refused rows are kept of this file.")
        return self.content
