"""How does a file come to be imported?"""

import uuid
from datetime import date, datetime, timedelta

from cryptography.fernet import MultiFernet
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tenants.errors import Invalid, NotFound
from tenants.imports.forms.profiles import Kind
from tenants.imports.uploads.models import ImportUpload, Stage

KEPT = timedelta(days=30)


def upload(
    session: Session,
    content: bytes,
    *,
    kind: Kind,
    file_name: str,
    exported_on: date | None,
    cipher: MultiFernet,
    by: str,
    at: datetime,
    today: date,
) -> ImportUpload:
    """Keeps a file to be tried out, and forgets those that are older than a month.

    Raises `Invalid` where it was exported after `today`, the district's own: hours are measured against the day of the export.
    """
    if exported_on is not None and exported_on > today:
        raise Invalid("The day of the export lies in the future.", field="exported_on")
    session.execute(delete(ImportUpload).where(ImportUpload.uploaded_at < at - KEPT))
    kept = ImportUpload(
        kind=kind,
        file_name=file_name[-255:],
        exported_on=exported_on,
        uploaded_by=by,
        uploaded_at=at,
        stage=Stage.TRYING,
        content=cipher.encrypt(content),
    )
    session.add(kept)
    return kept


def upload_called(session: Session, upload_id: uuid.UUID) -> ImportUpload:
    """The upload; raises `NotFound` where it was forgotten."""
    found = session.get(ImportUpload, upload_id)
    if found is None:
        raise NotFound("This file is not kept any more. Upload it again.")
    return found


def recent_uploads(session: Session, *, limit: int) -> list[ImportUpload]:
    """The last uploads, the newest first."""
    return list(session.scalars(select(ImportUpload).order_by(ImportUpload.uploaded_at.desc(), ImportUpload.id).limit(limit)))
