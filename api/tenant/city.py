"""How do programs look after a district's streams to the city and back?"""

from datetime import UTC, datetime

from marshmallow import fields

from api.evidence import HeldSchema, ReadingSchema, RetriedSchema, SumsSchema, WritingSchema
from api.tenant.bearer import part, places, settings, staff
from api.tenant.schemas import StandingSchema
from tenants import asking
from tenants.db import db
from tenants.organizations.arranging import root
from tenants.proof import Proof, proof
from tenants.staff.permissions import Permission, require


class ProofSchema(HeldSchema):
    """Both streams as this district knows them; `said` and `told` are null before the district was set up."""

    standing = fields.Nested(StandingSchema, required=True)
    said = fields.Nested(WritingSchema, required=True, allow_none=True)
    said_sums = fields.Nested(SumsSchema, required=True)
    told = fields.Nested(ReadingSchema, required=True, allow_none=True)
    told_sums = fields.Nested(SumsSchema, required=True)


city = part("city", "/city", "The streams to the city and back.")


@city.get("")
@city.response(200, ProofSchema)
def read_proof() -> Proof:
    """How the district and the city stand with each other, and what shows it."""
    places(Permission.SEE)
    return _proof()


@city.post("/comparison")
@city.response(200, ProofSchema)
@city.alt_response(409)
def compare() -> Proof:
    """Have the records of both sides compared, and what differs mended, as soon as the city answers."""
    _require_operator()
    asking.compare(db.session(), settings().district)
    db.session.commit()
    return _proof()


@city.post("/replay")
@city.response(200, ProofSchema)
@city.alt_response(409)
def replay() -> Proof:
    """Send the city everything of this epoch again, and ask it for what is missing here."""
    _require_operator()
    asking.replay(db.session(), settings().district)
    db.session.commit()
    return _proof()


@city.post("/retry")
@city.response(200, RetriedSchema)
def retry() -> dict[str, int]:
    """Apply what is parked again."""
    _require_operator()
    through = asking.retry(db.session(), settings().district)
    db.session.commit()
    return {"went_through": through}


def _proof() -> Proof:
    return proof(db.session(), settings().district, at=datetime.now(UTC))


def _require_operator() -> None:
    session = db.session()
    require(session, staff(), Permission.OPERATE, root(session).id)
