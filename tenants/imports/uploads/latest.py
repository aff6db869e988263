"""Which files were sent in last?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.imports.uploads.models import ImportUpload, Stage


def unfinished_uploads(session: Session, *, limit: int) -> list[ImportUpload]:
    """The last files that are not imported yet, the newest first."""
    wanted = select(ImportUpload).where(ImportUpload.stage != Stage.IMPORTED)
    return list(session.scalars(wanted.order_by(ImportUpload.uploaded_at.desc(), ImportUpload.id).limit(limit)))
