"""Where do new volunteer IDs come from?"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account
from federation.identity import volunteer_ids
from federation.identity.models import Volunteer
from sync.databases import bulk


def promised_ids(session: Session, volunteer_ids: Iterable[str]) -> set[str]:
    """Those that somebody got with their account, and that no registration has yet: nobody is known by them so far."""
    wanted = set(volunteer_ids)
    issued = select(Volunteer.volunteer_id).where(bulk.among(session, Volunteer.volunteer_id, list(wanted)))
    return wanted - set(session.scalars(issued)) if wanted else wanted


def unused_ids(session: Session, count: int, *, province: str) -> list[str]:
    """`count` IDs that nobody holds: neither a person with a registration, nor an account of somebody who has none yet."""
    found: list[str] = []
    while len(found) < count:
        drawn = {volunteer_ids.draw(province) for _ in range(count - len(found))} - set(found)
        for column in (Volunteer.volunteer_id, Account.volunteer_id):
            drawn -= set(session.scalars(select(column).where(bulk.among(session, column, list(drawn)))))
        found += drawn
    return found
