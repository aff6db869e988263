"""Who may bring a register in?"""

from sqlalchemy.orm import Session

from tenants.organizations.arranging import root
from tenants.staff.models import StaffMember
from tenants.staff.permissions import Permission, require


def require_importer(session: Session, staff: StaffMember) -> None:
    """Raises `NotAllowed` unless `staff` may import for the whole district: a register names people of every street."""
    require(session, staff, Permission.IMPORT, root(session).id)
