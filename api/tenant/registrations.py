"""Who is registered in the district?"""

import uuid
from typing import Any

from api.pagination import page_schema, read_page
from api.tenant.bearer import part, places, settings
from api.tenant.schemas import RegistrationQuerySchema, RegistrationSchema
from tenants.db import db
from tenants.organizations.arranging import at_or_below
from tenants.registrations.finding import known_by, masked_document, registration_seen, registrations_seen
from tenants.registrations.models import Registration
from tenants.staff.permissions import Permission

registrations = part("registrations", "/registrations", "Volunteers' records in this district.")


@registrations.get("")
@registrations.arguments(RegistrationQuerySchema, location="query")
@registrations.response(200, page_schema(RegistrationSchema))
def list_registrations(query: dict[str, Any]) -> dict[str, Any]:
    """The registrations that you may see, in the order in which they came."""
    after, limit = query.pop("after", None), query.pop("limit")
    below, name = query.pop("organization_id", None), query.pop("name", "")
    volunteer_id = query.pop("volunteer_id", None)
    seen = places(Permission.SEE)
    wanted = registrations_seen(seen & at_or_below(db.session(), [below]) if below else seen).filter_by(**query)
    wanted = wanted.where(Registration.name.contains(name, autoescape=True))
    if volunteer_id is not None:
        wanted = wanted.where(known_by(volunteer_id))
    page = read_page(db.session(), wanted, Registration.id, after=after, limit=limit)
    return {"items": [registration_form(registration) for registration in page.items], "next": page.next}


@registrations.get("/<uuid:registration_id>")
@registrations.etag
@registrations.response(200, RegistrationSchema)
def read_registration(registration_id: uuid.UUID) -> dict[str, Any]:
    """One registration."""
    registration = registration_seen(db.session(), registration_id, places(Permission.SEE))
    registrations.set_etag(registration.version)
    return registration_form(registration)


def registration_form(registration: Registration) -> dict[str, Any]:
    """The record as programs get it: the document's number is masked."""
    return {
        **{name: getattr(registration, name) for name in RegistrationSchema().fields if hasattr(registration, name)},
        "document": masked_document(registration, settings().field_cipher),
        "document_disagrees": registration.disagreements,
    }
