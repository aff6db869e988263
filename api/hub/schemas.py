"""Which form do the city's figures have?"""

from functools import cache

from marshmallow import Schema, fields

from api.pagination import page_schema
from federation.directory.standing import StandingState
from federation.ledger.withholding import FEWEST_ENTRIES


class HoursSchema(Schema):
    """What is certified."""

    entries = fields.Integer(required=True, metadata={"description": "hour entries: one person, one shift each"})
    minutes = fields.Integer(required=True, metadata={"description": "minutes credited for them"})


class CitySchema(HoursSchema):
    """All districts together."""

    people = fields.Integer(required=True, metadata={"description": "persons, each counted once"})
    registrations = fields.Integer(required=True, metadata={"description": "registrations in all districts"})
    pending_reviews = fields.Integer(
        required=True, metadata={"description": "registrations of which a steward has to say whose they are"}
    )
    districts = fields.Integer(required=True, metadata={"description": "districts that take part"})
    equal_districts = fields.Integer(required=True, metadata={"description": "those of which the hub has everything"})
    as_of = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "the oldest `as_of` of a district; null before the first"}
    )


class StandingSchema(Schema):
    """How much of what a district recorded has the hub."""

    state = fields.Enum(
        StandingState,
        by_value=True,
        required=True,
        metadata={
            "description": "what there is to say first: two histories, events held, records that differ, being recovered, "
            "silent for minutes, behind what was recorded there, never heard of, or equal to it; or that it takes no part"
        },
    )
    equal = fields.Boolean(required=True, metadata={"description": "whether that is `equal`"})
    as_of = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "up to when the hub has everything; null: never yet"}
    )
    heard_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "when it last heard of the district"}
    )
    applied = fields.Integer(required=True, metadata={"description": "the last event taken here"})
    head = fields.Integer(required=True, metadata={"description": "the last event recorded there, as far as it has said"})
    behind = fields.Integer(required=True, metadata={"description": "the difference of these two"})
    parked = fields.Integer(required=True, metadata={"description": "events held for a person to look at"})


class DistrictSchema(HoursSchema):
    """One district."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    region_code = fields.String(required=True, metadata={"description": "its number in GB/T 2260"})
    registrations = fields.Integer(required=True)
    standing = fields.Nested(StandingSchema, required=True)


class WithheldSchema(HoursSchema):
    """What is not told apart: parts of few entries, and those that would give them away."""

    parts = fields.Integer(required=True, metadata={"description": f"how many; a part of fewer than {FEWEST_ENTRIES} is one"})


class MonthSchema(HoursSchema):
    """What was done in one month."""

    month = fields.String(
        required=True, metadata={"description": "`YYYY-MM`, in the district's time zone", "example": "2026-03"}
    )


class FieldSchema(HoursSchema):
    """What was done in one field of service."""

    field = fields.String(required=True, metadata={"description": "as districts name it; empty where they did not"})


class OrganizationSchema(HoursSchema):
    """What one organization recorded."""

    organization_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null until the district has described it"})


@cache
def parts_schema(item: type[Schema]) -> type[Schema]:
    """The schema of a page of the parts that a sum has: with `withheld`, all pages together come to that sum."""
    page = page_schema(item)
    return type(page.__name__, (page,), {"__doc__": page.__doc__, "withheld": fields.Nested(WithheldSchema, required=True)})
