"""How does somebody come to work at a desk of the district?"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.errors import Invalid
from tenants.organizations.models import Organization
from tenants.staff.models import LONGEST_NAME, LONGEST_USERNAME, Role, StaffMember
from tenants.staff.passwords import new_hash

# In capitals and small letters, or with a space at its end, one name would look like another in an entry's history.
_USERNAME = re.compile(rf"[a-z0-9][a-z0-9._@-]{{0,{LONGEST_USERNAME - 1}}}")


def add_staff_member(
    session: Session, *, username: str, name: str, password: str, role: Role, organization: Organization
) -> StaffMember:
    """A new account with one role; raises `Invalid` where a name cannot stand or is taken, or the password is too short."""
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            f"{username!r} is no name to sign in with. Choose up to {LONGEST_USERNAME} small letters, digits, dots, dashes, "
            "underscores and at-signs, a letter or digit first.",
            field="username",
        )
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(f"Give the person's name in at most {LONGEST_NAME} characters.", field="name")
    if session.scalars(select(StaffMember.id).where(StaffMember.username == username)).first():
        raise Invalid(f"There is a member of staff called {username} already.", field="username")
    staff = StaffMember(username=username, name=name.strip(), password_hash=new_hash(password))
    staff.appoint(role, organization)
    session.add(staff)
    return staff
