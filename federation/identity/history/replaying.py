"""Who is who, going by the history alone?

The history is read once, from its beginning. Its chain of hashes shows whether a row was changed, taken out or put in; what it
says, step by step, is what the tables must say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Row, Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.writing import GENESIS, chained

_Type = IdentityEventType
_READ_AT_ONCE = 10_000


class ChainBroken(Exception):
    """The history is not as it was written; `number` is the first event that does not fit."""

    def __init__(self, number: int) -> None:
        super().__init__(f"The history is not as it was written: event {number} does not fit what stands before it.")
        self.number = number


@dataclass(slots=True)
class LinkTold:
    """What the history says of a link."""

    volunteer_id: str
    verified: bool = False


@dataclass
class Replayed:
    """What the history says in the end; `head` is the number of its last event, and `hash` that event's.

    `links` and `owners` (which ID was issued for it) are by registration, `aliases` has the ID to which each leads, `apart`
    pairs of registrations in order, `reviews` the state of each by its number.
    """

    head: int = 0
    hash: bytes = GENESIS
    volunteers: set[str] = field(default_factory=set)
    links: dict[str, LinkTold] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    apart: set[tuple[str, str]] = field(default_factory=set)
    reviews: dict[int, str] = field(default_factory=dict)


def length(session: Session) -> int:
    """How many events there are."""
    return session.scalar(select(func.count()).select_from(IdentityEvent)) or 0


Watched: TypeAlias = Callable[[Iterable[Row[Any]]], Iterable[Row[Any]]]
"""Hands on the events that pass, and may show how many did."""


def replay(session: Session, *, watched: Watched = iter) -> Replayed:
    """Reads the whole history; `watched` sees each event pass. Raises `ChainBroken`."""
    event = IdentityEvent
    # A type that there is not is a changed row, and no failure of the program.
    type_ = type_coerce(event.type, String()).label("type")
    others = (column for column in event.__table__.columns if column.name != "type")
    events: Select[Any] = select(type_, *others).order_by(event.number).execution_options(yield_per=_READ_AT_ONCE)
    replayed = Replayed()
    with session.execute(events) as rows:
        for row in watched(rows):
            said, number = row._asdict(), replayed.head + 1
            if said["number"] != number or said["hash"] != chained(replayed.hash, said):
                raise ChainBroken(number)
            replayed.head, replayed.hash = number, said["hash"]
            if follow := _FOLLOWING.get(said["type"]):
                follow(replayed, said, msgspec.json.decode(said["body"]))
    return replayed


_Said = Mapping[str, Any]


def _issued(replayed: Replayed, said: _Said, _: _Said) -> None:
    replayed.volunteers.add(said["volunteer_id"])
    replayed.owners[said["registration_id"]] = said["volunteer_id"]


def _claimed(replayed: Replayed, said: _Said, _: _Said) -> None:
    replayed.volunteers.add(said["volunteer_id"])


def _linked(replayed: Replayed, said: _Said, _: _Said) -> None:
    replayed.links[said["registration_id"]] = LinkTold(said["volunteer_id"])


def _moved(replayed: Replayed, said: _Said, body: _Said) -> None:
    replayed.links[said["registration_id"]] = LinkTold(said["volunteer_id"], body["has"]["verified"])


def _aliased(replayed: Replayed, said: _Said, body: _Said) -> None:
    replayed.aliases[said["volunteer_id"]] = body["to"]


def _unaliased(replayed: Replayed, said: _Said, _: _Said) -> None:
    del replayed.aliases[said["volunteer_id"]]


def _verified(replayed: Replayed, said: _Said, _: _Said) -> None:
    replayed.links[said["registration_id"]].verified = said["type"] == _Type.VERIFIED


def _apart(replayed: Replayed, said: _Said, body: _Said) -> None:
    replayed.apart.add((said["registration_id"], body["other"]))


def _together(replayed: Replayed, said: _Said, body: _Said) -> None:
    replayed.apart.discard((said["registration_id"], body["other"]))


def _reviewed(replayed: Replayed, said: _Said, body: _Said) -> None:
    replayed.reviews[body["review"]] = _STATES.get(said["type"]) or body["state"]


_STATES = {
    _Type.REVIEW_OPENED: "open",
    _Type.REVIEW_SECONDING: "seconding",
    _Type.REVIEW_DECIDED: "decided",
    _Type.REVIEW_OBSOLETE: "obsolete",
}

_FOLLOWING: Mapping[str, Callable[[Replayed, _Said, _Said], None]] = {
    _Type.ISSUED: _issued,
    _Type.CLAIMED: _claimed,
    _Type.LINKED: _linked,
    _Type.MOVED: _moved,
    _Type.ALIASED: _aliased,
    _Type.UNALIASED: _unaliased,
    _Type.VERIFIED: _verified,
    _Type.UNVERIFIED: _verified,
    _Type.DO_NOT_LINK_SET: _apart,
    _Type.DO_NOT_LINK_CLEARED: _together,
    **dict.fromkeys([*_STATES, _Type.REVIEW_REOPENED], _reviewed),
}
