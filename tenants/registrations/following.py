"""How does a registration learn the volunteer ID of its person?"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sync.mailbox.facts import Fact
from tenants.errors import NotFound
from tenants.registrations.models import Registration


def follow_volunteer_ids(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Lets each registration keep its newest volunteer ID, and remember the others.

    Raises `NotFound` where one is not of this district.
    """
    ids = {uuid.UUID(fact.data.registration_id) for fact in facts}
    found = {
        registration.id: registration
        for registration in session.scalars(
            select(Registration).where(Registration.id.in_(ids)).options(selectinload(Registration.formerly))
        )
    }
    if len(found) < len(ids):
        raise NotFound(f"{district} has no registration of an ID that the hub assigned.")
    for fact in facts:
        registration = found[uuid.UUID(fact.data.registration_id)]
        registration.follow(fact.data.volunteer_id, epoch=fact.epoch, version=fact.version)
