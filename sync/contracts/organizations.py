"""What does the hub learn about an organization?"""

import msgspec

ORGANIZATION_RECORDED = "organization.recorded.v1"


class OrganizationState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A district, street, community, team or sector: its name and place in the district's tree."""

    organization_id: str
    name: str
    kind: str
    parent_id: str | None = None
