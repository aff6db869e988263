"""Where do new volunteer IDs come from?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account
from federation.identity import volunteer_ids
from federation.identity.models import Volunteer
from sync.databases import bulk


def unused_ids(session: Session, count: int, *, province: str) -> list[str]:
    """`count` IDs that nobody holds: neither a person with a registration, nor an account of somebody who has none yet."""
    found: list[str] = []
    while len(found) < count:
        drawn = {volunteer_ids.draw(province) for _ in range(count - len(found))} - set(found)
        for column in (Volunteer.volunteer_id, Account.volunteer_id):
            drawn -= set(session.scalars(select(column).where(bulk.among(session, column, list(drawn)))))
        found += drawn
    return found
