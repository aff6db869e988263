"""How are registrations linked that came before anybody was to link them?

A legacy register of a million rows is recorded first and linked afterwards, in the order in which the registrations were
made, with the same code and so to the same people as one by one. An earlier version of the program knew documents alone; what
it linked keeps its ID, and is held against everybody else for the first time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from federation.identity.linking.gathering import read_known
from federation.identity.linking.linking import JoinLate, link
from federation.identity.linking.recording import Recorded, index
from federation.identity.matching import keys
from federation.identity.models import Link, Registration
from federation.identity.turns import wait_for_turn
from federation.settings import Settings
from sync.databases import lookups

_registration = Registration.__table__.c
_link: Any = Link.__table__
_chunk = (
    select(_registration.registration_id, _registration.keys_version)
    .where(_registration.registration_id > bindparam("after"))
    .order_by(_registration.registration_id)
    .limit(bindparam("limit"))
    .subquery()
)
# A few registrations first, and then their links. All that have none, and of these the first few, would have PostgreSQL read
# every link again for each chunk.
_its_link = _link.c.registration_id == _chunk.c.registration_id
_next = (
    select(*_chunk.c, _link.c.registration_id.is_not(None).label("is_linked"))
    .outerjoin_from(_chunk, _link, _its_link)
    .order_by(_chunk.c.registration_id)
)


@dataclass(frozen=True)
class Chunk:
    """One step through the registrations: how many of them waited, and the last one that was looked at."""

    linked: int
    last: str


def count_waiting(session: Session) -> int:
    """How many registrations wait to be linked, or to be held against others."""
    its_link = Link.registration_id == Registration.registration_id
    waits = Link.registration_id.is_(None) | (Registration.keys_version != keys.VERSION)
    return session.scalar(select(func.count()).select_from(Registration).outerjoin(Link, its_link).where(waits)) or 0


def link_waiting(
    session: Session, *, after: str, limit: int, settings: Settings, at: datetime, join_late: JoinLate
) -> Chunk | None:
    """Links those that wait of the next `limit` registrations behind `after`; None where there are no more."""
    wait_for_turn(session)
    found = session.execute(_next, {"after": after, "limit": limit}).all()
    if not found:
        return None
    rows = [row for row in found if not row.is_linked or row.keys_version != keys.VERSION]
    known = read_known(session, [row.registration_id for row in rows], settings)
    unindexed = [row.registration_id for row in rows if row.keys_version != keys.VERSION]
    index(session, [known[registration_id] for registration_id in unindexed], settings)
    if unindexed:
        made = update(Registration).where(lookups.among(session, Registration.registration_id, unindexed))
        session.execute(made.values(keys_version=keys.VERSION).execution_options(synchronize_session=False))
    recorded = [Recorded(known[row.registration_id], row.is_linked) for row in rows]
    link(session, recorded, settings=settings, at=at, join_late=join_late)
    return Chunk(len(rows), found[-1].registration_id)
