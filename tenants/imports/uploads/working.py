"""How does an uploaded file get tried out and imported while nobody waits for it?

A thread of the process that was asked works on it, and no queue, because nothing is lost with it: progress is committed with
each chunk, so where the process ends, any other goes on when it is asked to. (The stream's process would have been the other
place; but then no import without it, and events would wait behind rows.)
"""

import io
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from flask import Flask
from sqlalchemy.orm import Session

from tenants.db import db
from tenants.errors import Invalid, StateForbids
from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import grouped, words
from tenants.imports.runs.models import ImportJob, Mode
from tenants.imports.runs.reporting import ENCODING, Say, findings_of, write_failed_rows
from tenants.imports.runs.running import Progress, preview, run_import
from tenants.imports.uploads.models import ImportUpload, Stage, Trial
from tenants.imports.uploads.opening import opened
from tenants.imports.uploads.uploading import upload_called, upload_to_change
from tenants.settings import Settings

Now = Callable[[], datetime]
_Ending = Callable[[ImportUpload], None]


def work_aside(app: Flask, upload_id: uuid.UUID, *, settings: Settings, say: Say = words) -> None:
    """Begins `work` in a thread of its own, in a context of `app`; to be called when what it is to do is committed."""

    def run() -> None:
        with app.app_context():
            work(db.session(), upload_id, settings=settings, now=lambda: datetime.now(UTC), say=say)

    threading.Thread(target=run, name=f"upload-{upload_id}", daemon=True).start()


def work(session: Session, upload_id: uuid.UUID, *, settings: Settings, now: Now, say: Say = words) -> None:
    """Tries the upload out, or imports it where that was decided; commits as it goes.

    A file that cannot be read is no failure here: the upload says so. Refused rows are kept with their reasons as `say` puts
    them. Whoever is killed at this leaves work that another call goes on with.
    """
    upload = upload_called(session, upload_id)
    if not upload.at_work:
        return
    go_through = _try if upload.stage is Stage.TRYING else partial(_import, say=say)
    try:
        with opened(upload, settings, profile=upload.profile) as source:
            end = go_through(session, upload, source, settings=settings, now=now)
    except Invalid as refusal:
        session.rollback()
        end = partial(ImportUpload.give_up, refusal=refusal)
    # It seemed interrupted, perhaps, and somebody else took it up and was faster.
    with suppress(StateForbids):
        end(upload_to_change(session, upload_id))
    session.commit()


def _try(session: Session, upload: ImportUpload, source: Source, *, settings: Settings, now: Now) -> _Ending:
    found = preview(
        session,
        source,
        settings=settings,
        by=upload.uploaded_by,
        at=now(),
        exported_on=upload.exported_on,
        watch=_watch(session, upload, now),
    )
    trial = Trial(
        encoding=source.table.encoding,
        columns=dict(source.headings),
        ignored=source.ignored,
        counts=found.progress,
        groups=grouped(found.findings),
    )
    return partial(ImportUpload.show, profile=source.profile.name, trial=trial)


def _import(session: Session, upload: ImportUpload, source: Source, *, settings: Settings, now: Now, say: Say) -> _Ending:
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
    refused_rows = _refused_rows(session, job, source, say) if job.refused else None
    return partial(ImportUpload.finish, job=job, refused_rows=refused_rows and settings.field_cipher.encrypt(refused_rows))


def _watch(session: Session, upload: ImportUpload, now: Now) -> Callable[[Progress], None]:
    stage, mode = upload.stage, upload.mode

    def note(progress: Progress) -> None:
        # All rows or none are one transaction: to commit now would end it.
        if mode is not Mode.ALL_ROWS and upload.stage is stage:
            upload.move_on(rows_read=progress.rows_read, rows_total=progress.rows_total, at=now())
            session.commit()

    return note


def _refused_rows(session: Session, job: ImportJob, source: Source, say: Say) -> bytes:
    written = io.StringIO(newline="")
    write_failed_rows(written, source, findings_of(session, job), say)
    return written.getvalue().encode(ENCODING)
