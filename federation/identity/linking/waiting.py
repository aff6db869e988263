"""How are registrations linked that came before anybody was to link them?

A legacy register of a million rows is recorded first and linked afterwards, in the order in which the registrations were
made, with the same code and so to the same people as one by one. An earlier version of the program knew documents alone; what
it linked keeps its ID, and is held against everybody else for the first time.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from federation.identity.linking.gathering import read_known
from federation.identity.linking.linking import JoinLate, link
from federation.identity.linking.recording import Recorded, index
from federation.identity.matching import keys
from federation.identity.models import Link, Registration
from federation.identity.turns import wait_for_turn
from federation.settings import Settings
from sync.databases import bulk

_WAITS = Link.registration_id.is_(None) | (Registration.keys_version != keys.VERSION)


@dataclass(frozen=True)
class Chunk:
    """One step through the registrations: how many waited, and the last of them."""

    linked: int
    last: str


def count_waiting(session: Session) -> int:
    """How many registrations wait to be linked, or to be held against others."""
    its_link = Link.registration_id == Registration.registration_id
    return session.scalar(select(func.count()).select_from(Registration).outerjoin(Link, its_link).where(_WAITS)) or 0


def link_waiting(
    session: Session, *, after: str, limit: int, settings: Settings, at: datetime, join_late: JoinLate
) -> Chunk | None:
    """Links the next `limit` registrations behind `after` that wait; None where there are no more.

    Whoever began at the first again would walk over all that are linked already: of a million, for longer than linking takes.
    """
    wait_for_turn(session)
    its_link = (Link.registration_id == Registration.registration_id) & (Link.registration_id > after)
    is_linked = Link.registration_id.is_not(None).label("is_linked")
    query = select(Registration.registration_id, Registration.keys_version, is_linked).outerjoin(Link, its_link)
    behind = query.where(_WAITS, Registration.registration_id > after).order_by(Registration.registration_id)
    rows = session.execute(behind.limit(limit)).all()
    if not rows:
        return None
    known = read_known(session, [row.registration_id for row in rows], settings)
    unindexed = [row.registration_id for row in rows if row.keys_version != keys.VERSION]
    index(session, [known[registration_id] for registration_id in unindexed], settings, anew=unindexed)
    made = update(Registration).where(bulk.among(session, Registration.registration_id, unindexed))
    session.execute(made.values(keys_version=keys.VERSION).execution_options(synchronize_session=False))
    recorded = [Recorded(known[row.registration_id], row.is_linked) for row in rows]
    link(session, recorded, settings=settings, at=at, join_late=join_late)
    return Chunk(len(rows), rows[-1].registration_id)
