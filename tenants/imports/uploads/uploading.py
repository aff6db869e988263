"""How does a file come to be imported?"""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from tenants.errors import NotFound
from tenants.imports.forms.cells import printable
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import profile_called
from tenants.imports.rows.judging import refuse_future_export
from tenants.imports.uploads.forgetting import forget_old_uploads
from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.imports.uploads.opening import opened
from tenants.settings import Settings

_LONGEST_NAME = 255


def upload(
    session: Session,
    content: bytes,
    *,
    kind: Kind,
    file_name: str,
    settings: Settings,
    by: str,
    at: datetime,
    profile: str | None = None,
    exported_on: date | None = None,
) -> ImportUpload:
    """Keeps a file to be tried out, as the form `profile` or as the one that its headings fit best.

    Raises `Invalid` where there is no such form, or where the file was exported after the day of `at`.
    """
    refuse_future_export(exported_on, at=at, settings=settings)
    forget_old_uploads(session, at=at)
    kept = ImportUpload(
        kind=kind,
        file_name=printable(file_name)[-_LONGEST_NAME:],
        profile=profile and profile_called(profile, kind).name,
        exported_on=exported_on,
        uploaded_by=by,
        uploaded_at=at,
        stage=Stage.TRYING,
        content=settings.field_cipher.encrypt(content),
    )
    session.add(kept)
    return kept


def understand_as(upload: ImportUpload, profile: str, *, settings: Settings) -> None:
    """Has the file tried out anew as the form `profile`; raises `Invalid` where its headings do not fit that one.

    It is looked into at once, so a form that does not fit costs nobody the file.
    """
    with opened(upload, settings, profile=profile) as source:
        upload.take_as(source.profile.name)


def upload_called(session: Session, upload_id: uuid.UUID) -> ImportUpload:
    """The upload; raises `NotFound` where it was forgotten."""
    return _kept(session.get(ImportUpload, upload_id))


def upload_to_change(session: Session, upload_id: uuid.UUID) -> ImportUpload:
    """The upload as it is now, locked until the transaction ends; raises `NotFound` where it was forgotten."""
    return _kept(session.get(ImportUpload, upload_id, with_for_update={"of": ImportUpload}, populate_existing=True))


def _kept(found: ImportUpload | None) -> ImportUpload:
    if found is None:
        raise NotFound("This file is not kept any more. Upload it again.")
    return found
