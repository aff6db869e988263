"""Which hours were served, and who stands by them?"""

import uuid
from datetime import UTC, datetime
from typing import Any

from api.pagination import Page, page_schema, read_page
from api.tenant.bearer import part, places, settings, staff
from api.tenant.schemas import (
    CorrectionSchema,
    HourEntryQuerySchema,
    HourEntrySchema,
    HourEntryWithHistorySchema,
    HoursSchema,
    ReasonSchema,
    RecordingSchema,
)
from tenants.db import db
from tenants.errors import NotFound
from tenants.hours import certifying
from tenants.hours.finding import began_within, entries_seen, entry_seen, entry_to_change
from tenants.hours.models import HourEntry, HourState, Service
from tenants.hours.recording import (
    HourDetails,
    discard_draft,
    draft_hours,
    stated_service,
    stated_shift,
    submit_draft,
    submit_hours,
)
from tenants.hours.rules import Shift
from tenants.organizations.arranging import at_or_below
from tenants.registrations.models import Registration
from tenants.staff.permissions import Permission, require

hour_entries = part("hour_entries", "/hour-entries", "Hours: drafted, submitted, certified, corrected, and taken back.")


@hour_entries.get("")
@hour_entries.arguments(HourEntryQuerySchema, location="query")
@hour_entries.response(200, page_schema(HourEntrySchema))
def list_hour_entries(query: dict[str, Any]) -> Page[HourEntry]:
    """The hour entries that you may see, in the order in which they came."""
    wanted = entries_seen(places(Permission.SEE), by=staff().username)
    wanted = wanted.where(*began_within(query.get("first_day"), query.get("last_day"), settings().time_zone))
    if "organization_id" in query:
        wanted = wanted.where(HourEntry.organization_id.in_(at_or_below(db.session(), [query["organization_id"]])))
    for name in query.keys() & {"state", "registration_id"}:
        wanted = wanted.where(getattr(HourEntry, name) == query[name])
    return read_page(db.session(), wanted, HourEntry.id, after=query.get("after"), limit=query["limit"])


@hour_entries.post("")
@hour_entries.arguments(RecordingSchema)
@hour_entries.response(201, HourEntrySchema)
def record(stated: dict[str, Any]) -> tuple[HourEntry, int, dict[str, str]]:
    """Record hours; they are a draft of yours, or wait for a coordinator."""
    session, service, shift = db.session(), _service(stated), _shift(stated)
    require(session, staff(), Permission.RECORD, service.organization_id)
    registration = session.get(Registration, stated["registration_id"])
    if registration is None:
        raise NotFound("There is no such registration. Look for it by its local number.")
    details = HourDetails(
        registration=registration,
        organization_id=service.organization_id,
        activity=service.activity,
        field=service.field,
        shift=shift,
    )
    entry = (draft_hours if stated["state"] is HourState.DRAFT else submit_hours)(session, details, **_actor())
    session.commit()
    return entry, 201, {"Location": f"/api/v1/hour-entries/{entry.id}", "ETag": f'"{entry.version}"'}


@hour_entries.get("/<uuid:entry_id>")
@hour_entries.etag
@hour_entries.response(200, HourEntryWithHistorySchema)
def read_hour_entry(entry_id: uuid.UUID) -> HourEntry:
    """One hour entry with its history."""
    entry = entry_seen(db.session(), entry_id, by=staff())
    hour_entries.set_etag(entry.version)
    return entry


@hour_entries.put("/<uuid:entry_id>")
@hour_entries.arguments(HoursSchema)
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def change_draft(stated: dict[str, Any], entry_id: uuid.UUID) -> HourEntry:
    """State a draft anew."""
    entry, service = _entry(entry_id, Permission.RECORD), _service(stated)
    require(db.session(), staff(), Permission.RECORD, service.organization_id)
    entry.redraft(service, _shift(stated), **_actor())
    return _done(entry)


@hour_entries.delete("/<uuid:entry_id>")
@hour_entries.etag
@hour_entries.response(204)
def discard(entry_id: uuid.UUID) -> None:
    """Throw a draft away."""
    discard_draft(db.session(), _entry(entry_id, Permission.RECORD))
    db.session.commit()


@hour_entries.post("/<uuid:entry_id>/submission")
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def submit(entry_id: uuid.UUID) -> HourEntry:
    """Put a draft before a coordinator."""
    entry = _entry(entry_id, Permission.RECORD)
    submit_draft(db.session(), entry, **_actor())
    return _done(entry)


@hour_entries.post("/<uuid:entry_id>/certification")
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def certify(entry_id: uuid.UUID) -> HourEntry:
    """Stand by a submitted entry."""
    entry = _entry(entry_id)
    certifying.certify(db.session(), entry, **_actor(), settings=settings())
    return _done(entry)


@hour_entries.delete("/<uuid:entry_id>/certification")
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def undo_certification(entry_id: uuid.UUID) -> HourEntry:
    """Put an entry back that you certified by mistake, while nothing came after."""
    entry = _entry(entry_id)
    certifying.undo_certification(db.session(), entry, **_actor(), settings=settings())
    return _done(entry)


@hour_entries.post("/<uuid:entry_id>/refusal")
@hour_entries.arguments(ReasonSchema)
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def refuse(stated: dict[str, Any], entry_id: uuid.UUID) -> HourEntry:
    """Decline a submitted entry."""
    entry = _entry(entry_id)
    certifying.refuse(entry, reason=stated["reason"], **_actor())
    return _done(entry)


@hour_entries.post("/<uuid:entry_id>/correction")
@hour_entries.arguments(CorrectionSchema)
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def correct(stated: dict[str, Any], entry_id: uuid.UUID) -> HourEntry:
    """Say of a certified entry what was served instead."""
    entry = _entry(entry_id)
    said: dict[str, Any] = {"organization_id": entry.organization_id, "activity": entry.activity, "field": entry.field}
    shift, service, reason = _shift(stated), _service(said | stated), stated["reason"]
    require(db.session(), staff(), Permission.CERTIFY, service.organization_id)
    certifying.correct(db.session(), entry, shift, service=service, reason=reason, **_actor(), settings=settings())
    return _done(entry)


@hour_entries.post("/<uuid:entry_id>/revocation")
@hour_entries.arguments(ReasonSchema)
@hour_entries.etag
@hour_entries.response(200, HourEntrySchema)
def revoke(stated: dict[str, Any], entry_id: uuid.UUID) -> HourEntry:
    """Withdraw a certification for good."""
    entry = _entry(entry_id)
    certifying.revoke(db.session(), entry, reason=stated["reason"], **_actor(), settings=settings())
    return _done(entry)


def _entry(entry_id: uuid.UUID, permission: Permission = Permission.CERTIFY) -> HourEntry:
    """The entry, locked, in the version that `If-Match` names."""
    entry = entry_to_change(db.session(), entry_id, by=staff(), permission=permission)
    hour_entries.check_etag(entry.version)
    return entry


def _service(stated: dict[str, Any]) -> Service:
    return stated_service(stated["organization_id"], stated["activity"], stated["field"])


def _shift(stated: dict[str, Any]) -> Shift:
    return stated_shift(stated["started_at"], stated["ended_at"], stated["minutes"], now=datetime.now(UTC))


def _actor() -> dict[str, Any]:
    return {"by": staff().username, "at": datetime.now(UTC)}


def _done(entry: HourEntry) -> HourEntry:
    db.session.commit()
    hour_entries.set_etag(entry.version)
    return entry
