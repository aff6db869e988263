"""Where do new volunteer IDs come from?"""

from collections.abc import Iterable

from sqlalchemy import select, true, union_all
from sqlalchemy.orm import Session

from federation.accounts.models import Account
from federation.identity import volunteer_ids
from federation.identity.models import Volunteer
from sync.databases import lookups


def promised_ids(session: Session, volunteer_ids: Iterable[str]) -> set[str]:
    """Those that somebody got with their account, and that no registration has yet: nobody is known by them so far."""
    wanted = set(volunteer_ids)
    return wanted - {row.volunteer_id for row in _issued.find(session, list(wanted))}


def unused_ids(session: Session, count: int, *, province: str) -> list[str]:
    """`count` IDs that nobody holds: neither a person with a registration, nor an account of somebody who has none yet."""
    found: list[str] = []
    while len(found) < count:
        drawn = {volunteer_ids.draw(province) for _ in range(count - len(found))} - set(found)
        found += drawn - {held.volunteer_id for held in _held.find(session, list(drawn))}
    return found


_of_persons, _of_accounts = Volunteer.__table__.c.volunteer_id, Account.__table__.c.volunteer_id
_of_either = union_all(select(_of_persons), select(_of_accounts)).subquery().c.volunteer_id
_issued = lookups.Lookup((_of_persons,), true(), _of_persons)
_held = lookups.Lookup((_of_either,), true(), _of_either)
