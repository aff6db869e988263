"""Which event of the hub's is applied by what?"""

from collections.abc import Mapping

from sync.applying import Handler
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED
from sync.contracts.memberships import MEMBERSHIP_CHANGED
from tenants.joining.following import follow_membership
from tenants.registrations.following import follow_volunteer_ids

HANDLERS: Mapping[str, Handler] = {
    MEMBERSHIP_CHANGED: follow_membership,
    VOLUNTEER_ID_ASSIGNED: follow_volunteer_ids,
}
