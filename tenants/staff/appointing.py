"""How does somebody come to work at a desk of the district?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.accounts.usernames import LONGEST_NAME, USERNAME_FORM, is_username
from tenants.errors import Invalid
from tenants.organizations.models import Organization
from tenants.staff.models import Role, StaffMember
from tenants.staff.securing import new_hash


def add_staff_member(
    session: Session, *, username: str, name: str, password: str, role: Role, organization: Organization
) -> StaffMember:
    """A new account with one role; raises `Invalid` where a name cannot stand or is taken, or the password is too short."""
    if not is_username(username):
        raise Invalid(f"{username!r} is no name to sign in with. Choose {USERNAME_FORM}.", field="username")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(f"Give the person's name in at most {LONGEST_NAME} characters.", field="name")
    if session.scalars(select(StaffMember.id).where(StaffMember.username == username)).first():
        raise Invalid(f"There is a member of staff called {username} already.", field="username")
    staff = StaffMember(username=username, name=name.strip(), password_hash=new_hash(password))
    staff.appoint(role, organization)
    session.add(staff)
    return staff
