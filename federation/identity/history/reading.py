"""What has happened to a person?"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.models import Link
from sync.databases import bulk


def history_of(session: Session, volunteer_ids: Sequence[str]) -> Sequence[IdentityEvent]:
    """Everything about these IDs and the registrations that are under one of them now, the oldest first."""
    event = IdentityEvent
    registrations = select(Link.registration_id).where(bulk.among(session, Link.volunteer_id, volunteer_ids))
    query = select(event).where(
        or_(bulk.among(session, event.volunteer_id, volunteer_ids), event.registration_id.in_(registrations))
    )
    return session.scalars(query.order_by(event.number)).all()


def issue_numbers(session: Session, volunteer_ids: Sequence[str]) -> dict[str, int]:
    """With which event each of these IDs became known: of two, the smaller number is that of the ID which was issued first."""
    event = IdentityEvent
    query = (
        select(event.volunteer_id, func.min(event.number))
        .where(
            bulk.among(session, event.volunteer_id, volunteer_ids),
            event.type.in_((IdentityEventType.ISSUED, IdentityEventType.CLAIMED)),
        )
        .group_by(event.volunteer_id)
    )
    return {volunteer_id: number for volunteer_id, number in session.execute(query) if volunteer_id}
