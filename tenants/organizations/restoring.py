"""How does a district get organizations back that it lost?"""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.organizations.models import Organization, OrganizationKind


def restore_organizations(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Brings organizations (`OrganizationState`) to the state that the hub holds, parents before what is below them."""
    for fact in facts:
        key = uuid.UUID(fact.key)
        organization = session.get(Organization, key) or Organization(id=key, version=0)
        if organization.version < fact.version:
            _restore(organization, fact)
            session.add(organization)


def _restore(organization: Organization, fact: Fact) -> None:
    organization.name = fact.data.name
    organization.kind = OrganizationKind(fact.data.kind)
    organization.parent_id = uuid.UUID(fact.data.parent_id) if fact.data.parent_id else None
    organization.sector_id = uuid.UUID(fact.data.sector_id) if fact.data.sector_id else None
    organization.version = fact.version
