"""How is said that two registrations are of different people, and how is that taken back?"""

from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import Invalid, NotFound, ReasonMissing, StateForbids
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.merging.members import told_apart, volunteer_id_of
from federation.identity.reviews.closing import between
from federation.identity.turns import wait_for_turn


def keep_apart(session: Session, one: str, other: str, *, reason: str, by: str, at: datetime) -> int:
    """Lets no machine link the registrations `one` and `other`, until that is taken back; gives the number of the act.

    Raises `NotFound`, `Invalid` for one registration twice, `ReasonMissing`, and `StateForbids` where they are under one ID.
    """
    if not reason.strip():
        raise ReasonMissing("Say why these are of different people; it stays in the history.")
    if one == other:
        raise Invalid("A registration cannot be of somebody else than itself.", field="other")
    wait_for_turn(session)
    if volunteer_id_of(session, one) == volunteer_id_of(session, other):
        raise StateForbids("These two are under one volunteer ID. Split one of them off; that keeps them apart as well.")
    if told_apart(session, [one], [other]):
        raise StateForbids("It has been said already that these two are of different people.")
    act = Act(session, by=by, at=at)
    act.keep_apart(one, other, ApartStanding(by=by, reason=reason, since=at))
    for review in between(session, [one], [other]):
        act.close(review)
    return act.finish()


def let_together(session: Session, one: str, other: str, *, reason: str, by: str, at: datetime) -> int:
    """Takes back that the registrations `one` and `other` are of different people; gives the number of the act.

    Raises `NotFound` where nobody said so, and `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing("Say why these may be of one person after all; it stays in the history.")
    wait_for_turn(session)
    pairs = told_apart(session, [one], [other])
    if not pairs:
        raise NotFound("Nobody has said that %(one)s and %(other)s are of different people.", one=one, other=other)
    act = Act(session, by=by, at=at)
    act.let_together(pairs[0], reason=reason)
    return act.finish()
