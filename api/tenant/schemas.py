"""Which form do a district's records have?"""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.pagination import PageQuerySchema
from sync.documents import DocumentFlaw, DocumentKind
from tenants.hours.certifying_many import MOST_AT_ONCE
from tenants.hours.models import MAX_ACTIVITY_LENGTH, MAX_FIELD_LENGTH, MAX_REASON_LENGTH, HourAct, HourState
from tenants.hours.rules import MINUTES_PER_DAY
from tenants.organizations.models import OrganizationKind
from tenants.questions.models import MAX_NOTE_LENGTH, Answer, QuestionState, Topic
from tenants.standing import StandingState


def said(words: str) -> dict[str, str]:
    """What a value means, where its name does not say it."""
    return {"description": words}


class Moment(fields.AwareDateTime):
    """A moment with an offset that UTC has, too: at the ends of the calendar some have none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **options)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError("The calendar ends here. Look at the year.") from error


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
    former_volunteer_ids = fields.List(
        fields.String(), required=True, metadata=said("other IDs by which people have known this person")
    )
    version = fields.Integer(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class RegistrationQuerySchema(PageQuerySchema):
    """Which registrations."""

    local_number = fields.String()
    volunteer_id = fields.String(metadata=said("the person's ID, now or formerly"))
    name = fields.String(validate=validate.Length(1), metadata=said("a part of the name as it was written"))
    organization_id = fields.UUID(metadata=said("this one and all below it"))


class IdentityQuestionSchema(Schema):
    """What the city asks about a registration, and the answer."""

    id = fields.UUID(required=True)
    registration_id = fields.UUID(required=True)
    topic = fields.Enum(
        Topic,
        by_value=True,
        required=True,
        metadata=said(
            "document: does the registration say what the person's document says? "
            "person: does the person say that they are registered in another district as well?"
        ),
    )
    asked_at = fields.AwareDateTime(required=True)
    state = fields.Enum(QuestionState, by_value=True, required=True, metadata=said("open: may be answered, also otherwise"))
    waiting = fields.Boolean(required=True, attribute="is_waiting", metadata=said("whether somebody has to answer"))
    answer = fields.Enum(Answer, by_value=True, required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True, allow_none=True, metadata=said("who answered, or took the answer back"))
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class IdentityQuestionQuerySchema(PageQuerySchema):
    """Which questions."""

    registration_id = fields.UUID()
    waiting = fields.Boolean(metadata=said("those that somebody has to answer, or the others"))


class AnswerSchema(Schema):
    """An answer; which ones fit depends on the question's topic."""

    answer = fields.Enum(
        Answer,
        by_value=True,
        required=True,
        metadata=said("to document: confirmed, corrected, not_theirs, unknown; to person: elsewhere, only_here, unknown"),
    )
    note = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MAX_NOTE_LENGTH),
        metadata=said("for the city's stewards; without any document's number, which never leaves the district"),
    )


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
    """When somebody served."""

    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MINUTES_PER_DAY),
        metadata=said("what counts, without the way there and back; left out: all the time between"),
    )


class ServiceSchema(Schema):
    """What was served, and where."""

    organization_id = fields.UUID(required=True, metadata=said("where it was served"))
    activity = fields.String(required=True, validate=validate.Length(1, MAX_ACTIVITY_LENGTH))
    field = fields.String(required=True, validate=validate.Length(1, MAX_FIELD_LENGTH))


class HoursSchema(ShiftSchema, ServiceSchema):
    """Hours that were served."""


class RecordingSchema(HoursSchema):
    """Hours of a volunteer, as a draft that you alone see, or waiting for a coordinator from now on."""

    registration_id = fields.UUID(required=True)
    state = fields.Enum(
        HourState,
        by_value=True,
        load_default=HourState.SUBMITTED,
        validate=validate.OneOf((HourState.DRAFT, HourState.SUBMITTED), error="Must be one of: draft, submitted."),
    )


class CorrectionSchema(ShiftSchema, ReasonSchema):
    """The time as it was, and why it is set right; what was served, and where, as far as that is to change."""

    organization_id = fields.UUID(metadata=said("where it was served"))
    activity = fields.String(validate=validate.Length(1, MAX_ACTIVITY_LENGTH))
    field = fields.String(validate=validate.Length(1, MAX_FIELD_LENGTH))


class QueueQuerySchema(Schema):
    """What part of the queue."""

    organization_id = fields.UUID(metadata=said("this one and all below it"))
    field = fields.String()
    first_day = fields.Date(metadata=said("shifts that began on this day or later, in the district's time zone"))
    last_day = fields.Date(metadata=said("shifts that began on this day or earlier"))
    name = fields.String(metadata=said("a part of the volunteer's name"))
    recorded_by = fields.String()


class QueueSchema(Schema):
    """What waits."""

    entries = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    oldest_at = fields.AwareDateTime(required=True, allow_none=True, metadata=said("when the oldest shift began"))
    own_entries = fields.Integer(required=True, metadata=said("those that you recorded, and another has to certify"))
    until = fields.AwareDateTime(required=True, metadata=said("the moment of this answer, to certify what is in it"))


class CertificationSchema(Schema):
    """Which entries of the queue you stand by."""

    entries = fields.List(
        fields.UUID(),
        required=True,
        allow_none=True,
        validate=validate.Length(1, MOST_AT_ONCE),
        metadata=said(f"their ids; null for all that match the query, the {MOST_AT_ONCE} oldest at most"),
    )
    until = Moment(required=True, metadata=said("leaves out what came into the queue later: `until` of the queue you read"))


class OutcomeSchema(Schema):
    """What one act on many did."""

    entries = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class CertifiedSchema(OutcomeSchema):
    """What was certified in one act."""

    own_entries = fields.Integer(required=True, metadata=said("left alone, for you recorded them"))
    not_waiting = fields.Integer(required=True, metadata=said("of those that were named, no longer or never in the queue"))
    certified_at = fields.AwareDateTime(required=True, metadata=said("names the act, to undo it"))


class UndoSchema(Schema):
    """Which of your acts is to be undone."""

    certified_at = Moment(required=True, metadata=said("as the act answered"))


class TotalsSchema(Schema):
    """What the organizations have that you may see."""

    registrations = fields.Integer(required=True)
    certified_entries = fields.Integer(required=True)
    certified_minutes = fields.Integer(required=True)
    waiting_entries = fields.Integer(required=True)


class StandingSchema(Schema):
    """How far the district and the hub have come with each other's words."""

    state = fields.Enum(StandingState, by_value=True, required=True, metadata=said("what a person should know first"))
    equal = fields.Boolean(required=True, metadata=said("whether that is `equal`"))
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
