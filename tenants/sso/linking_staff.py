"""How does a member of staff come to sign in by the hub's word?

They prove both: that the hub knows them, by being signed in there, and that the account here is theirs, with its password. A
name or an address that is the same proves neither.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from tenants.errors import StateForbids
from tenants.sso.models import STAFF_ASSURANCE, LocalSession, SecurityEventKind
from tenants.sso.security_events import note
from tenants.sso.sessions import attend
from tenants.staff.finding import staff_linked_to
from tenants.staff.models import StaffMember


def link_staff(session: Session, local: LocalSession, staff: StaffMember, *, address: str, at: datetime) -> None:
    """Lets the hub's word open `staff`, whose password was checked, for who is signed in in this session, from now on.

    Raises `StateForbids` where the hub is not sure enough of who that is, or either of the two belongs to somebody else.
    """
    if local.subject is None or local.assurance < STAFF_ASSURANCE:
        raise StateForbids("Sign in with your city ID and a second factor first.")
    if staff_linked_to(session, local.subject) not in (None, staff):
        raise StateForbids("Your city ID opens another account of this district already.")
    staff.link(local.subject)
    attend(local, staff)
    note(session, SecurityEventKind.ACCOUNT_LINKED, actor=staff.username, subject=local.subject, address=address, at=at)
