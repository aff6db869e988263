"""What does the hub hear of an organization?"""

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.organizations import ORGANIZATION_RECORDED, OrganizationState
from sync.mailbox.announcing import announcement, remember
from tenants.organizations.models import Organization


def announce_organization(session: Session, organization: Organization, district: str) -> None:
    """Tells the hub the organization as it now stands, in its next version."""
    organization.version += 1
    session.flush()
    state = OrganizationState(
        organization_id=str(organization.id),
        name=organization.name,
        kind=organization.kind.value,
        parent_id=str(organization.parent_id) if organization.parent_id else None,
        sector_id=str(organization.sector_id) if organization.sector_id else None,
    )
    said = announcement(type=ORGANIZATION_RECORDED, key=state.organization_id, version=organization.version, data=state)
    remember(session, streams.up(district), said)
