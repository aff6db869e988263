"""Which imports were there last?"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.errors import NotFound
from tenants.imports.runs.models import ImportJob


def latest_jobs(session: Session, *, limit: int) -> list[ImportJob]:
    """The last imports, over the web or by command, the newest first."""
    return list(session.scalars(select(ImportJob).order_by(ImportJob.started_at.desc(), ImportJob.id).limit(limit)))


def job_called(session: Session, job_id: uuid.UUID) -> ImportJob:
    """The import; raises `NotFound`."""
    found = session.get(ImportJob, job_id)
    if found is None:
        raise NotFound("There is no such import.")
    return found
