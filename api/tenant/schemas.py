"""Which form do a district's records have?"""

from marshmallow import Schema, fields, validate

from api.pagination import PageQuerySchema
from tenants.hours.models import MAX_REASON_LENGTH, HourAct, HourState
from tenants.hours.rules import MINUTES_PER_DAY
from tenants.organizations.models import OrganizationKind
from tenants.registrations.documents import DocumentFlaw, DocumentKind


def said(words: str) -> dict[str, str]:
    """What a value means, where its name does not say it."""
    return {"description": words}


class OrganizationSchema(Schema):
    """A node of the district's tree."""

    id = fields.UUID(required=True)
    kind = fields.Enum(OrganizationKind, by_value=True, required=True)
    name = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True, metadata=said("above it in the line of areas"))
    sector_id = fields.UUID(required=True, allow_none=True, metadata=said("above it in the line of trades"))
    legally_registered = fields.Boolean(required=True)


class RegistrationSchema(Schema):
    """A volunteer's record in this district."""

    id = fields.UUID(required=True)
    local_number = fields.String(required=True)
    name = fields.String(required=True, metadata=said("as it was written"))
    gender = fields.String(required=True, allow_none=True, validate=validate.OneOf(("M", "F")))
    birth_date = fields.Date(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    document_kind = fields.Enum(DocumentKind, by_value=True, required=True, allow_none=True)
    document = fields.String(required=True, allow_none=True, metadata=said("the number, masked"))
    document_flaw = fields.Enum(
        DocumentFlaw, by_value=True, required=True, allow_none=True, metadata=said("why the number identifies nobody")
    )
    document_disagrees = fields.List(
        fields.String(), required=True, metadata=said("fields that the document proves to be otherwise")
    )
    registered_on = fields.Date(required=True)
    organization_id = fields.UUID(required=True)
    volunteer_id = fields.String(
        required=True, allow_none=True, metadata=said("the person's ID in all districts; null until the city gives it")
    )
    version = fields.Integer(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class RegistrationQuerySchema(PageQuerySchema):
    """Which registrations."""

    local_number = fields.String()
    volunteer_id = fields.String()
    organization_id = fields.UUID(metadata=said("this one and all below it"))


class HourEntrySchema(Schema):
    """The time credited to one registration for one shift."""

    id = fields.UUID(required=True)
    local_number = fields.String(required=True, allow_none=True, metadata=said("its number in the register it came from"))
    registration_id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True, metadata=said("where it was served"))
    activity = fields.String(required=True)
    field = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    raw_minutes = fields.Integer(required=True, metadata=said("what was served"))
    credited_minutes = fields.Integer(required=True, metadata=said("what the district's rules make of it"))
    state = fields.Enum(HourState, by_value=True, required=True)
    recorded_by = fields.String(required=True)
    certified_by = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = fields.AwareDateTime(required=True)


class HourEntryVersionSchema(Schema):
    """One step in the history of an hour entry."""

    version = fields.Integer(required=True)
    act = fields.Enum(HourAct, by_value=True, required=True)
    state = fields.Enum(HourState, by_value=True, required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    credited_minutes = fields.Integer(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class HourEntryWithHistorySchema(HourEntrySchema):
    """An hour entry and every step of its history."""

    versions = fields.List(fields.Nested(HourEntryVersionSchema), required=True)


class HourEntryQuerySchema(PageQuerySchema):
    """Which hour entries."""

    state = fields.Enum(HourState, by_value=True)
    registration_id = fields.UUID()
    organization_id = fields.UUID(metadata=said("this one and all below it"))
    first_day = fields.Date(metadata=said("shifts that began on this day or later, in the district's time zone"))
    last_day = fields.Date(metadata=said("shifts that began on this day or earlier"))


class ReasonSchema(Schema):
    """Why; the volunteer and every later reader will see it."""

    reason = fields.String(required=True, validate=validate.Length(1, MAX_REASON_LENGTH))


class ShiftSchema(Schema):
    """When somebody served. `minutes` is what counts, without the way there and back."""

    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, MINUTES_PER_DAY))


class CorrectionSchema(ShiftSchema, ReasonSchema):
    """The time as it was, and why it is set right."""


class SubmissionSchema(ShiftSchema):
    """Hours that were served and wait for a coordinator from now on."""

    registration_id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True, metadata=said("where they were served"))
    activity = fields.String(required=True, validate=validate.Length(1, 200))
    field = fields.String(required=True, validate=validate.Length(1, 80))


class TotalsSchema(Schema):
    """What the organizations have that you may see."""

    registrations = fields.Integer(required=True)
    certified_entries = fields.Integer(required=True)
    certified_minutes = fields.Integer(required=True)
    waiting_entries = fields.Integer(required=True)


class StandingSchema(Schema):
    """How far the district and the hub have come with each other's words."""

    equal = fields.Boolean(required=True, metadata=said("whether the hub has everything, as far as it has answered"))
    epoch = fields.Integer(required=True)
    head = fields.Integer(required=True, metadata=said("the last event said here"))
    hub_has = fields.Integer(required=True, metadata=said("the last of them that the hub has confirmed"))
    hub_heard_at = fields.AwareDateTime(required=True, allow_none=True, metadata=said("when it last answered"))
    hub_verdict = fields.String(required=True, allow_none=True)
    hub_head = fields.Integer(required=True, metadata=said("the last event said by the hub, as far as it is known"))
    applied = fields.Integer(required=True, metadata=said("the last of them that was taken here"))
    as_of = fields.AwareDateTime(required=True, allow_none=True, metadata=said("up to when all the hub's words are here"))
    parked = fields.Integer(required=True, metadata=said("events of the hub's held for a person to look at"))
    quarantined = fields.Integer(required=True, metadata=said("messages that were no word of the hub's"))
