"""What do programs learn about each district?"""

from typing import Any

from sqlalchemy import select

from api.hub.reading import STATUSES, only_read
from api.hub.schemas import DistrictSchema, MonthsSchema
from api.pagination import PageQuerySchema, page_schema, read_page
from api.problems import ProblemBlueprint
from federation.db import db
from federation.directory.models import District
from federation.directory.standing import Standing, standings
from federation.errors import NotFound
from federation.ledger import totals
from federation.ledger.totals import DistrictSum, Hours

districts = ProblemBlueprint(
    "districts", __name__, url_prefix="/api/v1/districts", description="Each district.", statuses=STATUSES
)
districts.before_request(only_read)


@districts.get("")
@districts.arguments(PageQuerySchema, location="query")
@districts.response(200, page_schema(DistrictSchema))
def list_districts(query: dict[str, Any]) -> dict[str, Any]:
    """All districts, by their code."""
    page = read_page(db.session(), select(District), District.code, **query)
    known = _all()
    return {"items": [known[district.code] for district in page.items], "next": page.next}


@districts.get("/<code>")
@districts.response(200, DistrictSchema)
@districts.alt_response(404)
def read_district(code: str) -> dict[str, Any]:
    """One district."""
    return _one(code)


@districts.get("/<code>/months")
@districts.response(200, MonthsSchema)
@districts.alt_response(404)
def list_months(code: str) -> dict[str, Any]:
    """A district's months."""
    _one(code)
    return {
        "items": [
            {"month": one.month, "entries": one.hours.entries, "minutes": one.hours.minutes}
            for one in totals.by_month(db.session(), district=code)
        ]
    }


def _one(code: str) -> dict[str, Any]:
    try:
        return _all()[code]
    except KeyError:
        raise NotFound(f"No district has the code {code}. The list of districts has all codes.") from None


def _all() -> dict[str, dict[str, Any]]:
    sums = {one.district: one for one in totals.by_district(db.session())}
    return {one.district: _form(one, sums.get(one.district)) for one in standings(db.session())}


def _form(standing: Standing, sums: DistrictSum | None) -> dict[str, Any]:
    hours = sums.hours if sums else Hours(0, 0)
    return {
        "code": standing.district,
        "name": standing.name,
        "region_code": standing.region_code,
        "registrations": sums.registrations if sums else 0,
        "entries": hours.entries,
        "minutes": hours.minutes,
        "standing": standing,
    }
