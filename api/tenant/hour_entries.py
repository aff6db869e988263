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
    ReasonSchema,
    SubmissionSchema,
)
from tenants.db import db
from tenants.errors import NotFound
from tenants.hours import certifying
from tenants.hours.finding import began_within, entries_seen, entry_seen, entry_to_change
from tenants.hours.models import HourEntry
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.organizations.arranging import at_or_below
from tenants.registrations.models import Registration
from tenants.staff.permissions import Permission, require

hour_entries = part("hour_entries", "/hour-entries", "Hours: submitted, certified, corrected, and taken back.")


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
@hour_entries.arguments(SubmissionSchema)
@hour_entries.response(201, HourEntrySchema)
def submit(stated: dict[str, Any]) -> tuple[HourEntry, int, dict[str, str]]:
    """Submit hours; they wait for a coordinator."""
    session, now = db.session(), datetime.now(UTC)
    require(session, staff(), Permission.RECORD, stated["organization_id"])
    shift = possible_shift(stated.pop("started_at"), stated.pop("ended_at"), stated.pop("minutes"), now=now)
    registration = session.get(Registration, stated.pop("registration_id"))
    if registration is None:
        raise NotFound("There is no such registration. Look for it by its local number.")
    entry = submit_hours(session, HourDetails(registration=registration, shift=shift, **stated), by=staff().username, at=now)
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
    """Give a certified entry another time."""
    entry = _entry(entry_id)
    shift = possible_shift(stated["started_at"], stated["ended_at"], stated["minutes"], now=datetime.now(UTC))
    certifying.correct(db.session(), entry, shift, reason=stated["reason"], **_actor(), settings=settings())
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


def _entry(entry_id: uuid.UUID) -> HourEntry:
    """The entry, locked, in the version that `If-Match` names."""
    entry = entry_to_change(db.session(), entry_id, by=staff(), permission=Permission.CERTIFY)
    hour_entries.check_etag(entry.version)
    return entry


def _actor() -> dict[str, Any]:
    return {"by": staff().username, "at": datetime.now(UTC)}


def _done(entry: HourEntry) -> HourEntry:
    db.session.commit()
    hour_entries.set_etag(entry.version)
    return entry
