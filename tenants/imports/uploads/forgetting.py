"""How long is kept what somebody uploaded?"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tenants.imports.uploads.models import ImportUpload

KEPT = timedelta(days=30)


def forget_old_uploads(session: Session, *, at: datetime) -> None:
    """Removes the files and the refused rows that came more than a month ago: they hold identity numbers."""
    session.execute(delete(ImportUpload).where(ImportUpload.uploaded_at < at - KEPT))
