"""Which form do the city's figures have?"""

from marshmallow import Schema, fields


class HoursSchema(Schema):
    """What is certified."""

    entries = fields.Integer(required=True, metadata={"description": "hour entries: one person, one shift each"})
    minutes = fields.Integer(required=True, metadata={"description": "minutes credited for them"})


class CitySchema(HoursSchema):
    """All districts together."""

    people = fields.Integer(required=True, metadata={"description": "persons, each counted once"})
    registrations = fields.Integer(required=True, metadata={"description": "registrations in all districts"})
    districts = fields.Integer(required=True, metadata={"description": "districts that take part"})
    equal_districts = fields.Integer(required=True, metadata={"description": "those of which the hub has everything"})
    as_of = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "the oldest `as_of` of a district; null before the first"}
    )


class StandingSchema(Schema):
    """How much of what a district recorded has the hub."""

    equal = fields.Boolean(required=True, metadata={"description": "whether the hub has everything, as far as it has heard"})
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


class MonthSchema(HoursSchema):
    """One month of one district."""

    month = fields.String(
        required=True, metadata={"description": "`YYYY-MM`, in the district's time zone", "example": "2026-03"}
    )


class MonthsSchema(Schema):
    """The months of a district in their order; those without hours are left out."""

    items = fields.List(fields.Nested(MonthSchema), required=True)
