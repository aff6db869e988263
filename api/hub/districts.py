"""What do programs learn about each district?"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from api.hub.parts import page_by, page_of
from api.hub.reading import STATUSES, only_read
from api.hub.schemas import DistrictSchema, FieldSchema, MonthSchema, OrganizationSchema, parts_schema
from api.pagination import PageQuerySchema, page_schema, read_page
from api.problems import ProblemBlueprint
from federation.db import db
from federation.directory.models import District
from federation.directory.standing import Standing, standings
from federation.errors import NotFound
from federation.ledger import disclosing, totals
from federation.ledger.totals import NOTHING, DistrictSum

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
@districts.arguments(PageQuerySchema, location="query")
@districts.response(200, parts_schema(MonthSchema))
@districts.alt_response(404)
def list_months(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The months in which a district has hours."""
    _one(code)
    return page_by("month", disclosing.by_month(db.session(), district=code), query)


@districts.get("/<code>/fields")
@districts.arguments(PageQuerySchema, location="query")
@districts.response(200, parts_schema(FieldSchema))
@districts.alt_response(404)
def list_fields(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The fields of service in which a district has hours."""
    _one(code)
    return page_by("field", disclosing.by_field(db.session(), district=code), query)


@districts.get("/<code>/organizations")
@districts.arguments(PageQuerySchema, location="query")
@districts.response(200, parts_schema(OrganizationSchema))
@districts.alt_response(404)
def list_organizations(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The organizations of a district that have hours."""
    _one(code)
    disclosed = disclosing.by_organization(db.session(), code)
    items = ({"organization_id": one.key, "name": one.name, **asdict(one.hours)} for one in disclosed.shown)
    return page_of(disclosed, items, "organization_id", query)


def _one(code: str) -> dict[str, Any]:
    try:
        return _all()[code]
    except KeyError:
        raise NotFound(f"No district has the code {code}. The list of districts has all codes.") from None


def _all() -> dict[str, dict[str, Any]]:
    sums = {one.district: one for one in totals.by_district(db.session())}
    return {one.district: _form(one, sums.get(one.district)) for one in standings(db.session(), at=datetime.now(UTC))}


def _form(standing: Standing, sums: DistrictSum | None) -> dict[str, Any]:
    hours = sums.hours if sums else NOTHING
    return {
        "code": standing.district,
        "name": standing.name,
        "region_code": standing.region_code,
        "registrations": sums.registrations if sums else 0,
        **asdict(hours),
        "standing": standing,
    }
