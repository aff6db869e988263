"""Which event of the hub's is applied by what?"""

from collections.abc import Mapping

from sync.applying import Handler
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED
from tenants.registrations.following import follow_volunteer_ids

HANDLERS: Mapping[str, Handler] = {
    VOLUNTEER_ID_ASSIGNED: follow_volunteer_ids,
}
