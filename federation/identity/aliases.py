"""To whom does a volunteer ID lead?"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.models import VolunteerAlias


def resolve(session: Session, volunteer_id: str) -> str:
    """The ID under which the person is known whose ID this is, or was; one that nobody ever had leads to itself."""
    alias = VolunteerAlias
    return session.scalar(select(alias.volunteer_id).where(alias.alias == volunteer_id)) or volunteer_id


def aliases_of(session: Session, volunteer_id: str) -> Sequence[str]:
    """The IDs that lead to the person with this ID, the oldest alias first."""
    alias = VolunteerAlias
    return session.scalars(
        select(alias.alias).where(alias.volunteer_id == volunteer_id).order_by(alias.since, alias.alias)
    ).all()
