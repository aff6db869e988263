"""Why does an hour entry stand where it stands?"""

import uuid
from collections.abc import Collection

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tenants.hours.models import HourEntry, HourEntryVersion


def last_reasons(session: Session, entries: Collection[HourEntry]) -> dict[uuid.UUID, str]:
    """The reason of each entry's newest version, where that has one, by the entry's id."""
    version = HourEntryVersion
    newest = and_(HourEntry.id == version.entry_id, HourEntry.version == version.version)
    wanted = select(version.entry_id, version.reason).join(HourEntry, newest)
    rows = session.execute(wanted.where(HourEntry.id.in_([entry.id for entry in entries]), version.reason.is_not(None)))
    return {entry_id: str(reason) for entry_id, reason in rows}
