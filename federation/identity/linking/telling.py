"""How do districts learn whose their registrations are?"""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from federation.identity.models import Link, Registration
from federation.mailbox import log
from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VolunteerIdState


def tell_link(session: Session, district: str, registration_id: str, volunteer_id: str, version: int) -> None:
    """Tells `district` whose the registration is."""
    log.announce(
        session,
        streams.down(district),
        type=VOLUNTEER_ID_ASSIGNED,
        key=registration_id,
        version=version,
        data=VolunteerIdState(registration_id=registration_id, volunteer_id=volunteer_id),
    )


def tell_links(session: Session, which: ColumnElement[bool]) -> None:
    """Tells the districts whose registrations these links are of them again, in a new version."""
    session.execute(update(Link).where(which).values(version=Link.version + 1))
    rows = session.execute(
        select(Registration.district, Link.registration_id, Link.volunteer_id, Link.version)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(which)
        .order_by(Link.registration_id)
    )
    for district, registration_id, volunteer_id, version in rows:
        tell_link(session, district, registration_id, volunteer_id, version)
