"""How are registrations linked that came before anybody was to link them?

A legacy register of a million rows is recorded first and linked afterwards, in the order in which the registrations were
made, with the same code and so to the same people as one by one. An earlier version of the program knew documents alone; what
it linked keeps its ID, and is held against everybody else for the first time.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from federation.identity.linking.gathering import read_known
from federation.identity.linking.linking import link
from federation.identity.linking.recording import Recorded, index
from federation.identity.matching import keys
from federation.identity.models import Link, Registration
from federation.identity.turns import wait_for_turn
from federation.settings import Settings
from sync.databases import bulk

_IS_LINKED = select(Link.registration_id).where(Link.registration_id == Registration.registration_id).exists()
_IS_INDEXED = Registration.keys_version == keys.VERSION


def count_waiting(session: Session) -> int:
    """How many registrations wait to be linked, or to be held against others."""
    return session.scalar(select(func.count()).select_from(Registration).where(_waits())) or 0


def link_waiting(session: Session, *, limit: int, settings: Settings, at: datetime) -> int:
    """Links the next `limit` registrations that wait; gives how many there were."""
    wait_for_turn(session)
    query = select(Registration.registration_id, Registration.keys_version, _IS_LINKED.label("is_linked")).where(_waits())
    rows = session.execute(query.order_by(Registration.registration_id).limit(limit)).all()
    known = read_known(session, [row.registration_id for row in rows], settings)
    unindexed = [row.registration_id for row in rows if row.keys_version != keys.VERSION]
    index(session, [known[registration_id] for registration_id in unindexed], settings)
    made = update(Registration).where(bulk.among(session, Registration.registration_id, unindexed))
    session.execute(made.values(keys_version=keys.VERSION).execution_options(synchronize_session=False))
    link(session, [Recorded(known[row.registration_id], row.is_linked) for row in rows], settings=settings, at=at)
    return len(rows)


def _waits() -> ColumnElement[bool]:
    return ~_IS_LINKED | ~_IS_INDEXED
