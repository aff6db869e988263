"""What does the hub learn about an organization?"""

import msgspec

ORGANIZATION_RECORDED = "organization.recorded.v1"


class OrganizationState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A district, street, community, team or sector: its name and place in the district's tree.

    `parent_id` is above it in the line of areas, `sector_id` in the line of trades where it has one.
    """

    organization_id: str
    name: str
    kind: str
    parent_id: str | None = None
    sector_id: str | None = None
