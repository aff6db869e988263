"""How does an uploaded file get tried out and imported while nobody waits for it?

Whoever calls this may be killed at any moment: progress is committed with each chunk, and `work` goes on where it stopped.
"""

import io
import tempfile
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tenants.errors import Invalid
from tenants.imports.files.reading import open_table
from tenants.imports.forms.understanding import Source, understand
from tenants.imports.rows import findings
from tenants.imports.rows.findings import Finding
from tenants.imports.runs.models import ImportJob, Mode
from tenants.imports.runs.reporting import ENCODING, Say, findings_of, write_failed_rows
from tenants.imports.runs.running import Progress, preview, run_import
from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.imports.uploads.uploading import upload_called
from tenants.settings import Settings

Now = Callable[[], datetime]


def work(session: Session, upload_id: uuid.UUID, *, settings: Settings, now: Now, say: Say) -> None:
    """Tries the upload out, or imports it where that was decided; commits as it goes.

    A file that cannot be read is no failure here: the upload says so. Refused rows are kept with their reasons as `say` puts
    them.
    """
    upload = upload_called(session, upload_id)
    if not upload.at_work or upload.content is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register")
        path.touch(mode=0o600)
        path.write_bytes(settings.field_cipher.decrypt(upload.content))
        try:
            source = understand(open_table(path, name=upload.file_name), upload.kind)
            if upload.stage is Stage.TRYING:
                _try(session, upload, source, settings=settings, now=now)
            else:
                _import(session, upload, source, settings=settings, now=now, say=say)
        except Invalid as refusal:
            session.rollback()
            upload.give_up({"message": refusal.message, "params": {name: str(value) for name, value in refusal.values.items()}})
    session.commit()


def grouped(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """How often the same was found, with the first example, fit for JSON."""
    return [{"count": group.count, **asdict(group.example)} for group in findings.grouped(found)]


def _try(session: Session, upload: ImportUpload, source: Source, *, settings: Settings, now: Now) -> None:
    found = preview(
        session,
        source,
        settings=settings,
        by=upload.uploaded_by,
        at=now(),
        exported_on=upload.exported_on,
        watch=_watch(session, upload, now),
    )
    table = source.table
    upload.move_on(rows_read=found.progress.rows_read, rows_total=found.progress.rows_total, at=now())
    upload.show(
        {
            "profile": source.profile.name,
            "encoding": table.encoding,
            "columns": dict(source.headings),
            "ignored": source.ignored,
            "counts": asdict(found.progress),
            "groups": grouped(found.findings),
        }
    )


def _import(session: Session, upload: ImportUpload, source: Source, *, settings: Settings, now: Now, say: Say) -> None:
    job = run_import(
        session,
        source,
        settings=settings,
        by=upload.wanted_by or upload.uploaded_by,
        now=now,
        commit=session.commit,
        mode=upload.mode or Mode.GOOD_ROWS,
        exported_on=upload.exported_on,
        watch=_watch(session, upload, now),
    )
    upload.move_on(rows_read=job.rows_read, rows_total=job.rows_total, at=now())
    refused_rows = _refused_rows(session, job, source, say) if job.refused else None
    upload.finish(job, refused_rows and settings.field_cipher.encrypt(refused_rows))


def _watch(session: Session, upload: ImportUpload, now: Now) -> Callable[[Progress], None]:
    def note(progress: Progress) -> None:
        # All rows or none are one transaction: to commit now would end it.
        if upload.mode is not Mode.ALL_ROWS:
            upload.move_on(rows_read=progress.rows_read, rows_total=progress.rows_total, at=now())
            session.commit()

    return note


def _refused_rows(session: Session, job: ImportJob, source: Source, say: Say) -> bytes:
    written = io.StringIO(newline="")
    write_failed_rows(written, source, findings_of(session, job), say)
    return written.getvalue().encode(ENCODING)
