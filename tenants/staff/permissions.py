"""What may a member of staff do, and where?"""

import uuid
from enum import StrEnum

from sqlalchemy.orm import Session

from tenants.errors import NotAllowed
from tenants.organizations.arranging import at_or_below
from tenants.staff.models import Role, StaffMember


class Permission(StrEnum):
    """What can be allowed to a role."""

    SEE = "see"
    RECORD = "record"
    CERTIFY = "certify"
    REGISTER = "register"
    """Put registrations right, and answer the city about them."""
    IMPORT = "import"
    OPERATE = "operate"
    WATCH = "watch"
    """See who signed in how, and what was refused."""


_GRANTS = {
    Role.VIEWER: {Permission.SEE},
    Role.RECORDER: {Permission.SEE, Permission.RECORD},
    Role.COORDINATOR: {
        Permission.SEE,
        Permission.RECORD,
        Permission.CERTIFY,
        Permission.REGISTER,
        Permission.IMPORT,
        Permission.OPERATE,
    },
    Role.ADMINISTRATOR: {Permission.SEE, Permission.IMPORT, Permission.OPERATE, Permission.WATCH},
}


def granted_at(staff: StaffMember, permission: Permission) -> frozenset[uuid.UUID]:
    """The organizations at and below which a role grants `permission` to `staff`; none where no role does."""
    return frozenset(role.organization_id for role in staff.roles_in_force if permission in _GRANTS[role.role])


def scope(session: Session, staff: StaffMember, permission: Permission) -> set[uuid.UUID]:
    """The organizations in which `staff` has `permission`; none where no role grants it."""
    return at_or_below(session, granted_at(staff, permission))


def require(session: Session, staff: StaffMember, permission: Permission, organization_id: uuid.UUID) -> None:
    """Raises `NotAllowed` unless `staff` has `permission` in this organization."""
    if organization_id not in scope(session, staff, permission):
        raise NotAllowed("Your roles do not allow this here. Ask an administrator of your district.")
