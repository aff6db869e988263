"""How does an organization come to its place in the tree?"""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from sync.databases.turns import take_turn
from tenants.errors import Invalid, NotFound
from tenants.organizations.announcing import announce_organization
from tenants.organizations.models import Organization, OrganizationKind
from tenants.settings import LONGEST_ORGANIZATION_NAME

_KINDS_ABOVE = {
    OrganizationKind.DISTRICT: (),
    OrganizationKind.STREET: (OrganizationKind.DISTRICT,),
    OrganizationKind.COMMUNITY: (OrganizationKind.STREET,),
    OrganizationKind.TEAM: (OrganizationKind.COMMUNITY, OrganizationKind.STREET, OrganizationKind.DISTRICT),
    OrganizationKind.SECTOR: (OrganizationKind.DISTRICT, OrganizationKind.SECTOR),
}

_ROOTS = select(Organization).where(Organization.kind == OrganizationKind.DISTRICT)
_TURN = 0x74726565


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
    _refuse_wrong_name(session, kind, name, parent)
    organization = Organization(
        kind=kind,
        name=name,
        parent=parent,
        sector=sector,
        credit_code=_checked_credit_code(credit_code),
        legally_registered=credit_code is not None,
        version=0,
    )
    session.add(organization)
    announce_organization(session, organization, district)
    return organization


def move_organization(
    session: Session, organization: Organization, *, district: str, parent: Organization, sector: Organization | None
) -> None:
    """Moves a node with all below it under `parent` and into `sector`, or out of every sector, and tells the hub.

    Raises `Invalid` where the tree does not allow it there, or where it would come to stand below itself.
    """
    if (organization.parent, organization.sector) == (parent, sector):
        return
    take_turn(session.connection(), _TURN)
    _refuse_wrong_place(organization.kind, parent, sector)
    below = at_or_below(session, [organization.id])
    for above, field in ((parent, "parent"), (sector, "sector")):
        if above is not None and above.id in below:
            raise Invalid(f"{organization.name} cannot stand below {above.name}, which stands below it.", field=field)
    if parent is not organization.parent:
        _refuse_wrong_name(session, organization.kind, organization.name, parent)
    organization.parent, organization.sector = parent, sector
    announce_organization(session, organization, district)


def found_district(session: Session, *, district: str, name: str) -> Organization:
    """The root of the tree, founded once: founding it again, also at the same moment, changes nothing."""
    take_turn(session.connection(), _TURN)
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
    """The only organization of this name, or of the last one in `PARENT/NAME`; raises `NotFound` where it is not one alone."""
    found = session.scalars(select(Organization).where(Organization.name == name)).all()
    if not found and "/" in name:
        above, _, own = name.rpartition("/")
        found = session.scalars(
            select(Organization).where(Organization.name == own, Organization.parent.has(Organization.name == above))
        ).all()
    if len(found) != 1:
        raise NotFound(
            f"{len(found)} organizations are called {name}; the name must belong to exactly one. Where several share it, put "
            "before it the name of what it stands below, as in 福田街道/福山社区."
        )
    return found[0]


def child(session: Session, *, district: str, parent: Organization, kind: OrganizationKind, name: str) -> Organization:
    """The organization of this kind and name below `parent`, added where there is none yet."""
    found = session.scalars(
        select(Organization).where(Organization.parent_id == parent.id, Organization.kind == kind, Organization.name == name)
    ).one_or_none()
    return found or add_organization(session, district=district, kind=kind, name=name, parent=parent)


def at_or_below(session: Session, tops: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The ids of `tops` and of everything below them, in the line of areas and in the line of sectors."""
    if not tops:
        return set()
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


def _refuse_wrong_name(session: Session, kind: OrganizationKind, name: str, parent: Organization | None) -> None:
    if not name.strip() or len(name) > LONGEST_ORGANIZATION_NAME:
        raise Invalid(f"An organization needs a name of at most {LONGEST_ORGANIZATION_NAME} characters.", field="name")
    sister = select(Organization.id).where(Organization.parent == parent, Organization.kind == kind, Organization.name == name)
    if session.scalars(sister).first():
        raise Invalid(f"There is a {kind} called {name} there already.", field="name")


def _checked_credit_code(credit_code: str | None) -> str | None:
    try:
        return credit_code and str(uscc.validate(credit_code))
    except ValidationError as error:
        raise Invalid("The unified social credit code has a wrong check character.", field="credit_code") from error
