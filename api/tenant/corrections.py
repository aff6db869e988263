"""How does a program put a registration right?"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.tenant.bearer import part, places, settings, staff
from api.tenant.registrations import registration_form
from api.tenant.schemas import RegistrationCorrectionSchema, RegistrationSchema, RegistrationStatementSchema
from tenants.db import db
from tenants.registrations.correcting import Correction, correct_registration, corrections_of
from tenants.registrations.finding import registration_seen, registration_to_change
from tenants.registrations.models import RegistrationCorrection
from tenants.staff.permissions import Permission

corrections = part("corrections", "/registrations/<uuid:registration_id>", "How volunteers' records were put right.")


@corrections.get("/corrections")
@corrections.response(200, RegistrationCorrectionSchema(many=True))
def list_corrections(registration_id: uuid.UUID) -> Sequence[RegistrationCorrection]:
    """Who put the registration right, and why; the newest first."""
    return corrections_of(db.session(), registration_seen(db.session(), registration_id, places(Permission.SEE)).id)


@corrections.post("/correction")
@corrections.arguments(RegistrationStatementSchema)
@corrections.etag
@corrections.response(200, RegistrationSchema)
def correct(stated: dict[str, Any], registration_id: uuid.UUID) -> dict[str, Any]:
    """Put a registration right; the city is told."""
    registration = registration_to_change(db.session(), registration_id, places(Permission.REGISTER))
    corrections.check_etag(registration.version)
    reason = stated.pop("reason")
    by, at = staff().username, datetime.now(UTC)
    correct_registration(db.session(), registration, Correction(**stated), reason=reason, settings=settings(), by=by, at=at)
    db.session.commit()
    corrections.set_etag(registration.version)
    return registration_form(registration)
