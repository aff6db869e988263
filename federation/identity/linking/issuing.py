"""Where do new volunteer IDs come from?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity import volunteer_ids
from federation.identity.models import Volunteer
from sync.databases import bulk


def unused_ids(session: Session, count: int, *, province: str) -> list[str]:
    """`count` IDs that nobody holds."""
    found: list[str] = []
    while len(found) < count:
        drawn = {volunteer_ids.draw(province) for _ in range(count - len(found))} - set(found)
        held = session.scalars(select(Volunteer.volunteer_id).where(bulk.among(session, Volunteer.volunteer_id, list(drawn))))
        found += drawn - set(held)
    return found
