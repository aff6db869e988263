"""Where in the district's tree does a row belong?"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.errors import Invalid
from tenants.imports.forms.cells import Cells
from tenants.organizations.arranging import child, root
from tenants.organizations.models import Organization, OrganizationKind

# From the top down; a field has the name of its kind.
_LEVELS = (OrganizationKind.STREET, OrganizationKind.COMMUNITY, OrganizationKind.TEAM)

_Place = tuple[uuid.UUID, OrganizationKind, str]


class Places:
    """The streets, communities and teams of the district, looked up at once; those that are missing are added."""

    def __init__(self, session: Session, district: str) -> None:
        self._session = session
        self._district = district
        self._root = root(session)
        below = session.scalars(select(Organization).where(Organization.kind.in_(_LEVELS)))
        self._known: dict[_Place, Organization] = {
            (organization.parent_id, organization.kind, organization.name): organization
            for organization in below
            if organization.parent_id is not None
        }

    def named(self, names: dict[OrganizationKind, str]) -> Organization:
        """The organization on the lowest level that has a name, or the district itself."""
        organization = self._root
        for kind, name in names.items():
            organization = self._child(organization, kind, name)
        return organization

    def _child(self, parent: Organization, kind: OrganizationKind, name: str) -> Organization:
        place = (parent.id, kind, name)
        if place not in self._known:
            self._known[place] = child(self._session, district=self._district, parent=parent, kind=kind, name=name)
        return self._known[place]


def place_names(cells: Cells) -> dict[OrganizationKind, str]:
    """The names on each level, from the top down; raises `Invalid` for a community of no street."""
    written = {kind: cells.optional_text(kind.value) for kind in _LEVELS}
    if written[OrganizationKind.COMMUNITY] and not written[OrganizationKind.STREET]:
        raise Invalid(
            "There is a community, but no street that it belongs to. Fill in the street.", field="street", rule="missing"
        )
    return {kind: name.strip() for kind, name in written.items() if name}
