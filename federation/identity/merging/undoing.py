"""How is a merge, a split or a steward's answer taken back?

Step by step, the last one first, from what the history says that each row had. What was told to people stays true: an ID that a
split issued goes on answering, as an alias of the person to whom its registration returns.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from federation.errors import NotFound, StateForbids
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.writing import Happening
from federation.identity.merging.acts import Act, ApartStanding, LinkStanding
from federation.identity.models import DoNotLink, Link, VolunteerAlias
from federation.identity.reviews.models import Review, ReviewStanding
from federation.identity.turns import wait_for_turn
from sync.databases import lookups

_Type = IdentityEventType

UNDOABLE = (_Type.MERGED, _Type.SPLIT, _Type.REVIEW_DECIDED, _Type.REVIEW_SECONDING)
"""What makes an act one that can be taken back."""
_WHOSE_IT_IS = (
    _Type.LINKED,
    _Type.MERGED,
    _Type.SPLIT,
    _Type.MOVED,
    _Type.ALIASED,
    _Type.UNALIASED,
    _Type.VERIFIED,
    _Type.UNVERIFIED,
    _Type.CLAIMED,
)
"""What says or changes whose a registration is, or an ID."""


def undo(session: Session, act_number: int, *, by: str, at: datetime) -> int:
    """Takes the act with this number back; gives the number of the act that does.

    Raises `NotFound` where no act has the number, and `StateForbids` where this one cannot be taken back or has been, or where
    something that came later builds on it.
    """
    wait_for_turn(session)
    begun, *steps = _act(session, act_number)
    if not any(event.type in UNDOABLE for event in (begun, *steps)):
        raise StateForbids("Act %(act)s is no merge, split or decision. Only these can be taken back.", act=act_number)
    _refuse_if_touched_since(session, [begun, *steps])
    took_back = Happening(
        type=_Type.UNDONE,
        volunteer_id=begun.volunteer_id,
        registration_id=begun.registration_id,
        body={"act": act_number},
    )
    act = Act(session, by=by, at=at)
    act.note(took_back)
    for event in reversed([begun, *steps]):
        _TAKING_BACK.get(event.type, _nothing)(act, event, msgspec.json.decode(event.body))
    _let_own_ids_follow(act, [event.registration_id for event in steps if event.type == _Type.MOVED])
    return act.finish()


def _act(session: Session, number: int) -> Sequence[IdentityEvent]:
    event = IdentityEvent
    query = select(event).where(or_(event.number == number, event.act == number)).order_by(event.number)
    events = session.scalars(query).all()
    if not events or events[0].number != number:
        raise NotFound("There is no act %(act)s. The history of a person names the number of each.", act=number)
    if events[0].act is not None:
        raise StateForbids(
            "Number %(number)s is a step of act %(act)s, which can only be taken back as a whole.",
            number=number,
            act=events[0].act,
        )
    return events


def _refuse_if_touched_since(session: Session, events: Sequence[IdentityEvent]) -> None:
    number = events[0].number
    later = _begun_later(session, events)
    undone_by = {msgspec.json.decode(one.body)["act"]: key for key, one in later.items() if one.type == _Type.UNDONE}
    if number in undone_by:
        raise StateForbids("Act %(act)s has been taken back already, by act %(later)s.", act=number, later=undone_by[number])
    standing = [later[key] for key in sorted(later.keys() - undone_by.keys() - set(undone_by.values()))]
    if final := [one for one in standing if one.type not in UNDOABLE]:
        raise StateForbids(
            "Since act %(act)s a registration has come under one of these IDs (number %(number)s of the history), "
            "and that cannot be taken back. Split off who is somebody else instead.",
            act=number,
            number=final[0].number,
        )
    if standing:
        raise StateForbids(
            "Act %(act)s came later, and is about the same persons. Take that back first.", act=standing[-1].number
        )


def _begun_later(session: Session, events: Sequence[IdentityEvent]) -> dict[int, IdentityEvent]:
    """With what each later act began that is about the same registrations or IDs, by its number."""
    event, begun = IdentityEvent, events[0]
    settling = [one for one in events if one.type in _WHOSE_IT_IS]
    registration_ids = {one.registration_id for one in settling if one.registration_id}
    sources = {msgspec.json.decode(one.body)["from"] for one in settling if one.type == _Type.MOVED}
    volunteer_ids = {one.volunteer_id for one in settling if one.volunteer_id} | sources
    is_about_these = lookups.among(session, event.registration_id, list(registration_ids)) | lookups.among(
        session, event.volunteer_id, list(volunteer_ids)
    )
    is_about_the_first = (
        event.volunteer_id == begun.volunteer_id if begun.volunteer_id else event.registration_id == begun.registration_id
    )
    query = select(func.coalesce(event.act, event.number)).where(
        event.number > events[-1].number,
        (is_about_these & event.type.in_((*_WHOSE_IT_IS, _Type.UNDONE))) | (is_about_the_first & (event.type == _Type.UNDONE)),
    )
    acts = session.scalars(query.distinct()).all()
    return {one.number: one for one in session.scalars(select(event).where(lookups.among(session, event.number, acts)))}


def _let_own_ids_follow(act: Act, registration_ids: Sequence[str | None]) -> None:
    """Leads what was issued since, by a split that has been taken back, to wherever its registration has returned."""
    query = (
        select(VolunteerAlias.alias, Link.volunteer_id)
        .join(Link, Link.own_volunteer_id == VolunteerAlias.alias)
        .where(
            lookups.among(act.session, Link.registration_id, registration_ids), Link.volunteer_id != VolunteerAlias.volunteer_id
        )
        .order_by(VolunteerAlias.alias)
    )
    for alias, volunteer_id in act.session.execute(query).all():
        act.lead(alias, to=volunteer_id)


def _move_back(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    link = act.session.get_one(Link, event.registration_id, populate_existing=True)
    act.put(link, body["from"], msgspec.convert(body["had"], LinkStanding))


def _lead_back(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    alias = _id_of(event)
    if body["had"] is None:
        act.lift(alias)
    else:
        act.lead(alias, to=body["had"])


def _lead_again(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    act.lead(_id_of(event), to=body["had"], since=datetime.fromisoformat(body["since"]))


def _lead_what_was_issued(act: Act, event: IdentityEvent, _: Mapping[str, Any]) -> None:
    link = act.session.get_one(Link, event.registration_id)
    act.lead(_id_of(event), to=link.volunteer_id)


def _let_together(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    pair = act.session.get(DoNotLink, (event.registration_id, body["other"]))
    if pair is None:
        raise StateForbids("That these two are of different people has been taken back by itself since.")
    act.let_together(pair, reason=f"act {event.act or event.number} is taken back")


def _keep_apart(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    if event.registration_id:
        act.keep_apart(event.registration_id, body["other"], msgspec.convert(body["had"], ApartStanding))


def _unverify(act: Act, event: IdentityEvent, _: Mapping[str, Any]) -> None:
    act.unverify(act.session.get_one(Link, event.registration_id))


def _take_back_answer(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    review = act.session.get_one(Review, body["review"], populate_existing=True)
    if review.act != (event.act or event.number):
        raise StateForbids(
            "Review %(review)s has been answered since. Take act %(act)s back first.", review=review.number, act=review.act
        )
    act.reopen(review, msgspec.convert(body["had"], ReviewStanding))


def _open_again(act: Act, _: IdentityEvent, body: Mapping[str, Any]) -> None:
    act.reopen(act.session.get_one(Review, body["review"]), msgspec.convert(body["had"], ReviewStanding))


def _close_what_was_opened(act: Act, _: IdentityEvent, body: Mapping[str, Any]) -> None:
    review = act.session.get_one(Review, body["review"])
    if review.is_pending:
        act.close(review)


def _nothing(act: Act, event: IdentityEvent, body: Mapping[str, Any]) -> None:
    """The event changed no row."""


def _id_of(event: IdentityEvent) -> str:
    if event.volunteer_id is None:
        raise ValueError(f"event {event.number} lacks its volunteer ID")
    return event.volunteer_id


_TAKING_BACK = {
    _Type.ISSUED: _lead_what_was_issued,
    _Type.MOVED: _move_back,
    _Type.ALIASED: _lead_back,
    _Type.UNALIASED: _lead_again,
    _Type.DO_NOT_LINK_SET: _let_together,
    _Type.DO_NOT_LINK_CLEARED: _keep_apart,
    _Type.VERIFIED: _unverify,
    _Type.REVIEW_OPENED: _close_what_was_opened,
    _Type.REVIEW_SECONDING: _take_back_answer,
    _Type.REVIEW_DECIDED: _take_back_answer,
    _Type.REVIEW_OBSOLETE: _open_again,
}
