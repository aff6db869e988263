"""Where in the district do volunteers serve?"""

from typing import Any

from sqlalchemy import select

from api.pagination import Page, PageQuerySchema, page_schema, read_page
from api.tenant.bearer import part, places
from api.tenant.schemas import OrganizationSchema
from tenants.db import db
from tenants.organizations.models import Organization
from tenants.staff.permissions import Permission

organizations = part("organizations", "/organizations", "The district's tree: areas, teams, and sectors beside them.")


@organizations.get("")
@organizations.arguments(PageQuerySchema, location="query")
@organizations.response(200, page_schema(OrganizationSchema))
def list_organizations(query: dict[str, Any]) -> Page[Organization]:
    """The organizations that you may see."""
    seen = select(Organization).where(Organization.id.in_(places(Permission.SEE)))
    return read_page(db.session(), seen, Organization.id, **query)
