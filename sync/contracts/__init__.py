"""Which events exist, and what does each carry?

One module for each kind of record. A contract version stays until the slowest district has moved on, so a field is never
changed or removed: a new version of the event is added beside the old one.
"""

import msgspec

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED, HourEntryState
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VolunteerIdState
from sync.contracts.memberships import MEMBERSHIP_CHANGED, MembershipState
from sync.contracts.organizations import ORGANIZATION_RECORDED, OrganizationState
from sync.contracts.registrations import REGISTRATION_RECORDED, RegistrationState

CONTRACTS: dict[str, type[msgspec.Struct]] = {
    HOURS_CERTIFIED: HourEntryState,
    HOURS_CORRECTED: HourEntryState,
    HOURS_REVOKED: HourEntryState,
    MEMBERSHIP_CHANGED: MembershipState,
    ORGANIZATION_RECORDED: OrganizationState,
    REGISTRATION_RECORDED: RegistrationState,
    VOLUNTEER_ID_ASSIGNED: VolunteerIdState,
}
