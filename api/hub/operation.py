"""How do an operator's programs look after the streams?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema, fields

from api.evidence import HeldSchema, ReadingSchema, RetriedSchema, SumsSchema, WritingSchema
from api.hub.reading import STATUSES, only_read
from api.hub.schemas import StandingSchema
from api.problems import ProblemBlueprint, problem
from federation.db import db
from federation.directory import asking
from federation.directory.models import DistrictState
from federation.directory.proof import Proof, proof_of
from federation.directory.standing import standings
from federation.errors import SignInRefused, SignInThrottled
from federation.intake import open_inbox
from federation.operators.signing_in import check, note_failure
from federation.settings import Settings

_BY_TOKEN: list[dict[str, list[str]]] = [{"operator": []}]
_STATUSES: Mapping[type[Exception], int] = {**STATUSES, SignInThrottled: HTTPStatus.TOO_MANY_REQUESTS}

operation = ProblemBlueprint(
    "operation_api", __name__, url_prefix="/api/v1/operation", description="The streams, for the operator.", statuses=_STATUSES
)


class OperatorStandingSchema(StandingSchema):
    """How much of what a district recorded has the hub, and what an operator should know of that."""

    district = fields.String(required=True)
    name = fields.String(required=True)
    part = fields.Enum(DistrictState, by_value=True, required=True)
    since = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "since when there is the trouble that `state` names"}
    )
    epoch = fields.Integer(required=True)
    proven_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "when the records of both were last compared and equal"}
    )
    quarantined = fields.Integer(required=True, metadata={"description": "messages that were refused unread"})
    key_since = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "from when its newest key counts"}
    )


class OperatorStandingsSchema(Schema):
    """All districts, those that need a person most first."""

    items = fields.List(fields.Nested(OperatorStandingSchema), required=True)


class KeySchema(Schema):
    """A key by which a district signs."""

    key_id = fields.String(required=True, metadata={"description": "its thumbprint (RFC 7638)"})
    not_before = fields.AwareDateTime(required=True)
    not_after = fields.AwareDateTime(required=True, allow_none=True)


class DistrictProofSchema(HeldSchema):
    """Both streams of a district as the hub knows them."""

    standing = fields.Nested(OperatorStandingSchema, required=True)
    said = fields.Nested(ReadingSchema, required=True)
    said_sums = fields.Nested(SumsSchema, required=True)
    told = fields.Nested(WritingSchema, required=True)
    told_sums = fields.Nested(SumsSchema, required=True)
    keys = fields.List(fields.Nested(KeySchema), required=True)


@operation.before_request
def require_operator() -> Response | None:
    """Everybody else is refused; where the settings know no operator, there is nothing here."""
    token, at, address = _settings().operator_token, datetime.now(UTC), request.remote_addr or ""
    if token is None:
        return problem(HTTPStatus.NOT_FOUND, code="not_found", detail="This hub's settings name no operator.")
    if request.method == "GET":
        only_read()
    given = request.authorization
    sent = given.token if given and given.type == "bearer" else None
    try:
        if sent is not None:
            check(db.session(), sent, token=token, address=address, at=at)
            return None
    except SignInRefused:
        db.session.rollback()
        note_failure(db.session(), address=address, at=at)
        db.session.commit()
    return problem(
        HTTPStatus.UNAUTHORIZED,
        code="token_missing" if sent is None else "token_refused",
        detail="Send the operator's secret as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


@operation.get("/districts")
@operation.doc(security=_BY_TOKEN)
@operation.response(200, OperatorStandingsSchema)
def list_standings() -> dict[str, Any]:
    """How each district's stream is."""
    found = standings(db.session(), at=datetime.now(UTC))
    return {"items": sorted(found, key=lambda standing: standing.state.urgency)}


@operation.get("/districts/<code>")
@operation.doc(security=_BY_TOKEN)
@operation.response(200, DistrictProofSchema)
@operation.alt_response(404)
def read_proof(code: str) -> Proof:
    """What shows that the hub and a district hold the same."""
    return proof_of(db.session(), code, at=datetime.now(UTC))


@operation.post("/districts/<code>/comparison")
@operation.doc(security=_BY_TOKEN)
@operation.response(200, DistrictProofSchema)
@operation.alt_response(404)
def compare(code: str) -> Proof:
    """Have the records of both sides compared, and what differs mended, with the district's next beacon."""
    asking.compare(db.session(), code, inbox=open_inbox(_settings()))
    db.session.commit()
    return proof_of(db.session(), code, at=datetime.now(UTC))


@operation.post("/districts/<code>/replay")
@operation.doc(security=_BY_TOKEN)
@operation.response(200, DistrictProofSchema)
@operation.alt_response(404)
def replay(code: str) -> Proof:
    """Ask the district for what is missing here, and send it everything of this epoch again."""
    asking.replay(db.session(), code, inbox=open_inbox(_settings()))
    db.session.commit()
    return proof_of(db.session(), code, at=datetime.now(UTC))


@operation.post("/districts/<code>/retry")
@operation.doc(security=_BY_TOKEN)
@operation.response(200, RetriedSchema)
@operation.alt_response(404)
def retry(code: str) -> dict[str, int]:
    """Apply what is parked of the district again."""
    through = asking.retry(db.session(), code, inbox=open_inbox(_settings()))
    db.session.commit()
    return {"went_through": through}


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
