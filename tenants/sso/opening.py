"""Which registration is that of somebody whom the hub sent here, and how do they open one?"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sync.uuids import new_uuid
from tenants.errors import StateForbids
from tenants.organizations.models import Organization
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tenants.settings import Settings
from tenants.sso.models import LocalSession, SecurityEventKind
from tenants.sso.security_events import note

_NUMBER_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What somebody states of themselves who opens a registration, and lets this district keep."""

    organization: Organization
    phone: str | None
    birth_date: date | None


def registration_of(session: Session, local: LocalSession) -> Registration | None:
    """The registration here of who is signed in: that which they opened, or one of their volunteer ID, or an alias.

    What a registration was known by once tells nothing: the two may have been taken for one person, and parted since.
    """
    if local.subject is None:
        return None
    ids = [volunteer_id for volunteer_id in (local.volunteer_id, *local.aliases) if volunteer_id]
    theirs = or_(Registration.subject == local.subject, Registration.volunteer_id.in_(ids))
    # One that carries the ID comes before one of which this district has not heard yet that its ID leads there.
    carries_it = Registration.volunteer_id.is_not_distinct_from(local.volunteer_id)
    query = select(Registration).where(theirs).order_by(carries_it.desc(), Registration.recorded_at, Registration.id)
    loaded = (joinedload(Registration.organization), selectinload(Registration.formerly))
    return session.scalars(query.options(*loaded).limit(1)).first()


def open_registration(
    session: Session, local: LocalSession, stated: Stated, *, settings: Settings, address: str, at: datetime
) -> None:
    """Registers who is signed in, under the ID that the hub issued to them, and tells the hub.

    Raises `StateForbids` where they have a registration here, and `Invalid` where a value cannot stand.
    """
    # Whoever sends the form twice has their second turn after the first.
    session.refresh(local, with_for_update={"of": LocalSession})
    if local.subject is None or registration_of(session, local) is not None:
        raise StateForbids("You are registered in this district already.")
    details = RegistrationDetails(
        local_number=f"W{new_uuid().hex[-_NUMBER_DIGITS:].upper()}",
        name=local.name or "",
        organization=stated.organization,
        registered_on=at.astimezone(settings.time_zone).date(),
        birth_date=stated.birth_date,
        phone=stated.phone,
        subject=local.subject,
        volunteer_id=local.volunteer_id,
    )
    record_registration(session, details, existing=None, settings=settings, at=at)
    note(session, SecurityEventKind.REGISTRATION_OPENED, subject=local.subject, address=address, at=at)
