"""Which member of staff is meant?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.errors import NotFound
from tenants.staff.models import StaffMember


def staff_named(session: Session, username: str) -> StaffMember:
    """The account of this name; raises `NotFound`."""
    staff = session.scalars(select(StaffMember).where(StaffMember.username == username)).one_or_none()
    if staff is None:
        raise NotFound(f"There is no member of staff called {username}.")
    return staff


def staff_linked_to(session: Session, subject: str) -> StaffMember | None:
    """The account of whom the hub knows by `subject`, where they have proved that it is theirs."""
    return session.scalars(select(StaffMember).where(StaffMember.subject == subject)).one_or_none()
