"""How does a district get organizations back that it lost?

A register that was imported again before that has added some of them a second time. What comes back takes its place again, with
its name: there the next import looks for it. The other one stays, with all that was recorded in it, under a name of its own.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.organizations.announcing import announce_organization
from tenants.organizations.models import Organization, OrganizationKind
from tenants.settings import LONGEST_ORGANIZATION_NAME

_MARK_DIGITS = 10


def restore_organizations(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Brings organizations (`OrganizationState`) to the state that the hub holds, parents before what is below them."""
    for fact in facts:
        key = uuid.UUID(fact.key)
        organization = session.get(Organization, key) or Organization(id=key, version=0)
        if organization.version < fact.version:
            _make_way(session, district, fact)
            _restore(organization, fact)
            session.add(organization)


def _make_way(session: Session, district: str, fact: Fact) -> None:
    """Gives another name to what was added since in the place of the organization that comes back, and tells the hub."""
    sisters = (Organization.parent_id == _id(fact.data.parent_id), Organization.kind == OrganizationKind(fact.data.kind))
    other = session.scalars(select(Organization).where(*sisters, Organization.name == fact.data.name)).one_or_none()
    # Ids grow, so what was added since has the greater one.
    if other is not None and other.id > uuid.UUID(fact.key):
        mark = f" ({other.id.hex[-_MARK_DIGITS:].upper()})"
        other.name = other.name[: LONGEST_ORGANIZATION_NAME - len(mark)] + mark
        announce_organization(session, other, district)


def _restore(organization: Organization, fact: Fact) -> None:
    organization.name = fact.data.name
    organization.kind = OrganizationKind(fact.data.kind)
    organization.parent_id, organization.sector_id = _id(fact.data.parent_id), _id(fact.data.sector_id)
    organization.version = fact.version


def _id(written: str | None) -> uuid.UUID | None:
    return uuid.UUID(written) if written else None
