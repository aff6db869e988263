"""What has happened to a person?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.models import Link
from sync.databases import lookups


def history_of(session: Session, volunteer_ids: Sequence[str]) -> Sequence[IdentityEvent]:
    """Everything about these IDs and the registrations that are under one of them now, the oldest first."""
    event = IdentityEvent
    registrations = select(Link.registration_id).where(lookups.among(session, Link.volunteer_id, volunteer_ids))
    query = select(event).where(
        or_(lookups.among(session, event.volunteer_id, volunteer_ids), event.registration_id.in_(registrations))
    )
    return session.scalars(query.order_by(event.number)).all()


@dataclass(frozen=True)
class ActTold:
    """What was done at once: the event with which it began, and those that are part of it. `undone_by` is a later act's number.

    `steps` has those that the reader asked about; the others of the act are about somebody else.
    """

    begun: IdentityEvent
    steps: tuple[IdentityEvent, ...]
    undone_by: int | None

    @property
    def number(self) -> int:
        """The act's number."""
        return self.begun.number


def acts_about(session: Session, volunteer_ids: Sequence[str]) -> list[ActTold]:
    """Everything about these IDs, and the registrations that are under one of them now, act by act, the newest first."""
    events = history_of(session, volunteer_ids)
    steps: dict[int, list[IdentityEvent]] = {}
    for event in events:
        steps.setdefault(event.act or event.number, [])
        if event.act is not None:
            steps[event.act].append(event)
    begun = session.scalars(select(IdentityEvent).where(lookups.among(session, IdentityEvent.number, list(steps)))).all()
    undone = {_body(event)["act"]: event.number for event in begun if event.type is IdentityEventType.UNDONE}
    return [
        ActTold(event, tuple(steps[event.number]), undone.get(event.number))
        for event in sorted(begun, key=lambda event: event.number, reverse=True)
    ]


def has_moved(session: Session, registration_id: str) -> bool:
    """Whether a registration has come under another ID than it had at first, also where it has returned since."""
    event = IdentityEvent
    moved = select(event.number).where(event.registration_id == registration_id, event.type == IdentityEventType.MOVED)
    return session.execute(moved.limit(1)).first() is not None


def issue_numbers(session: Session, volunteer_ids: Sequence[str]) -> dict[str, int]:
    """With which event each of these IDs became known: of two, the smaller number is that of the ID which was issued first."""
    event = IdentityEvent
    query = (
        select(event.volunteer_id, func.min(event.number))
        .where(
            lookups.among(session, event.volunteer_id, volunteer_ids),
            event.type.in_((IdentityEventType.ISSUED, IdentityEventType.CLAIMED)),
        )
        .group_by(event.volunteer_id)
    )
    return {volunteer_id: number for volunteer_id, number in session.execute(query) if volunteer_id}


def _body(event: IdentityEvent) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(event.body)
    return body
