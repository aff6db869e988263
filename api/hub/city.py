"""What do programs learn about the whole city?"""

from datetime import UTC, datetime
from typing import Any

from api.hub.parts import page_by
from api.hub.reading import STATUSES, only_read
from api.hub.schemas import CitySchema, FieldSchema, MonthSchema, parts_schema
from api.pagination import PageQuerySchema
from api.problems import ProblemBlueprint
from federation.db import db
from federation.directory.standing import standings
from federation.identity.stewarding.finding import count_pending
from federation.ledger import disclosing, totals

city = ProblemBlueprint("city", __name__, url_prefix="/api/v1/city", description="The whole city.", statuses=STATUSES)
city.before_request(only_read)


@city.get("")
@city.response(200, CitySchema)
def read_city() -> dict[str, Any]:
    """All districts together."""
    sums = totals.city(db.session())
    known = [one for one in standings(db.session(), at=datetime.now(UTC)) if one.takes_part]
    return {
        "people": sums.people,
        "registrations": sums.registrations,
        "entries": sums.hours.entries,
        "minutes": sums.hours.minutes,
        "pending_reviews": count_pending(db.session()),
        "districts": len(known),
        "equal_districts": sum(one.equal for one in known),
        "as_of": min((one.as_of for one in known if one.as_of), default=None),
    }


@city.get("/months")
@city.arguments(PageQuerySchema, location="query")
@city.response(200, parts_schema(MonthSchema))
def list_months(query: dict[str, Any]) -> dict[str, Any]:
    """The months that have hours, each with what its districts show of it."""
    return page_by("month", disclosing.by_month(db.session()), query)


@city.get("/fields")
@city.arguments(PageQuerySchema, location="query")
@city.response(200, parts_schema(FieldSchema))
def list_fields(query: dict[str, Any]) -> dict[str, Any]:
    """The fields of service, each with what its districts show of it."""
    return page_by("field", disclosing.by_field(db.session()), query)
