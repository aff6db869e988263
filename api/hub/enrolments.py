"""How does a district come in with its invitation?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from flask import Response, current_app, request

from api.problems import ProblemBlueprint
from federation.db import db
from federation.directory.admitting import admit
from federation.errors import FederationError, InvitationRefused, NotPrepared
from federation.intake import open_inbox
from federation.settings import Settings
from sync.errors import BadSignature, Rejected
from sync.joining.enrolment import PATH, SIGNATURE_HEADER, Enrolment, EnrolmentRequest, open_request, seal_answer

STATUSES: Mapping[type[Exception], int] = {
    FederationError: HTTPStatus.CONFLICT,
    InvitationRefused: HTTPStatus.FORBIDDEN,
    NotPrepared: HTTPStatus.SERVICE_UNAVAILABLE,
    Rejected: HTTPStatus.BAD_REQUEST,
    BadSignature: HTTPStatus.FORBIDDEN,
}

enrolments = ProblemBlueprint(
    "enrolments", __name__, url_prefix=PATH, description="Districts that come in by invitation.", statuses=STATUSES
)


(_REQUEST, _ANSWER), SHAPES = msgspec.json.schema_components(
    [EnrolmentRequest, Enrolment], ref_template="#/components/schemas/{name}"
)
"""What is said here, for the API's description."""

_SIGNATURE = {
    "description": "a detached JSON Web Signature (RFC 7515, appendix F) with Ed25519 over the body",
    "schema": {"type": "string"},
    "required": True,
}


@enrolments.post("")
@enrolments.doc(
    parameters=[{"name": SIGNATURE_HEADER, "in": "header", **_SIGNATURE}],
    requestBody={"required": True, "content": {"application/json": {"schema": _REQUEST}}},
    responses={
        "200": {
            "description": "what the district needs to take part",
            "headers": {SIGNATURE_HEADER: _SIGNATURE},
            "content": {"application/json": {"schema": _ANSWER}},
        }
    },
)
@enrolments.alt_response(403)
def enrol() -> Response:
    """Let a district in that was invited: once, and with the same key again while the invitation lasts."""
    settings: Settings = current_app.config["SETTINGS"]
    asked, key = open_request(request.get_data(), request.headers.get(SIGNATURE_HEADER, ""))
    enrolment = admit(db.session(), asked, key, settings=settings, inbox=open_inbox(settings), at=datetime.now(UTC))
    body, signature = seal_answer(enrolment, settings.wire.signing_key)
    db.session.commit()
    headers = {SIGNATURE_HEADER: signature, "Cache-Control": "no-store"}
    return Response(body, headers=headers, content_type="application/json")
