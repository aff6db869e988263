"""How does an organization come into the tree?"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from sync import streams
from sync.contracts.organizations import ORGANIZATION_RECORDED, OrganizationState
from tenants.errors import Invalid, NotFound
from tenants.mailbox import log
from tenants.organizations.models import Organization, OrganizationKind

_KINDS_ABOVE = {
    OrganizationKind.DISTRICT: (),
    OrganizationKind.STREET: (OrganizationKind.DISTRICT,),
    OrganizationKind.COMMUNITY: (OrganizationKind.STREET,),
    OrganizationKind.TEAM: (OrganizationKind.COMMUNITY, OrganizationKind.STREET, OrganizationKind.DISTRICT),
    OrganizationKind.SECTOR: (OrganizationKind.DISTRICT, OrganizationKind.SECTOR),
}

_ROOTS = select(Organization).where(Organization.kind == OrganizationKind.DISTRICT)


def add_organization(
    session: Session,
    *,
    district: str,
    kind: OrganizationKind,
    name: str,
    parent: Organization | None = None,
    sector: Organization | None = None,
    credit_code: str | None = None,
) -> Organization:
    """Adds a node below `parent` and tells the hub; raises `Invalid` where the tree does not allow it there."""
    _refuse_wrong_place(kind, parent, sector)
    organization = Organization(
        kind=kind,
        name=name,
        parent=parent,
        sector=sector,
        credit_code=_checked_credit_code(credit_code),
        legally_registered=credit_code is not None,
        version=1,
    )
    session.add(organization)
    session.flush()
    state = OrganizationState(
        organization_id=str(organization.id),
        name=name,
        kind=kind.value,
        parent_id=str(parent.id) if parent else None,
    )
    key = str(organization.id)
    log.announce(session, streams.up(district), type=ORGANIZATION_RECORDED, key=key, version=1, data=state)
    return organization


def found_district(session: Session, *, district: str, name: str) -> Organization:
    """The root of the tree, founded once: founding it again changes nothing."""
    founded = session.scalars(_ROOTS).one_or_none()
    if founded is None:
        return add_organization(session, district=district, kind=OrganizationKind.DISTRICT, name=name)
    return founded


def root(session: Session) -> Organization:
    """The district itself; raises `NotFound` before the district was set up."""
    found = session.scalars(_ROOTS).one_or_none()
    if found is None:
        raise NotFound("This district is not set up yet. Run: banyan-district setup")
    return found


def organization_named(session: Session, name: str) -> Organization:
    """The only organization of this name; raises `NotFound` where there is none, or more than one."""
    found = session.scalars(select(Organization).where(Organization.name == name)).all()
    if len(found) != 1:
        raise NotFound(f"{len(found)} organizations are called {name}; the name must belong to exactly one.")
    return found[0]


def child(session: Session, *, district: str, parent: Organization, kind: OrganizationKind, name: str) -> Organization:
    """The organization of this kind and name below `parent`, added where there is none yet."""
    found = session.scalars(
        select(Organization).where(Organization.parent_id == parent.id, Organization.kind == kind, Organization.name == name)
    ).one_or_none()
    return found or add_organization(session, district=district, kind=kind, name=name, parent=parent)


def at_or_below(session: Session, tops: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """The ids of `tops` and of everything below them, in the line of areas and in the line of sectors."""
    tree = select(Organization.id).where(Organization.id.in_(tops)).cte("tree", recursive=True)
    below = select(Organization.id).join(tree, (Organization.parent_id == tree.c.id) | (Organization.sector_id == tree.c.id))
    return set(session.scalars(select(tree.union(below).c.id)))


def _refuse_wrong_place(kind: OrganizationKind, parent: Organization | None, sector: Organization | None) -> None:
    above = _KINDS_ABOVE[kind]
    if (parent.kind if parent else None) not in (above or (None,)):
        wanted = " or ".join(above) or "nothing"
        raise Invalid(f"A {kind} stands below {wanted}.", field="parent")
    if sector is not None and sector.kind is not OrganizationKind.SECTOR:
        raise Invalid(f"{sector.name} is no sector.", field="sector")


def _checked_credit_code(credit_code: str | None) -> str | None:
    try:
        return credit_code and str(uscc.validate(credit_code))
    except ValidationError as error:
        raise Invalid("The unified social credit code has a wrong check character.", field="credit_code") from error
