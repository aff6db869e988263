"""How does an hour entry begin?

With a draft, which is its author's alone until it is submitted: it takes nobody's time, and nobody stumbles over it.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.uuids import new_uuid
from tenants.errors import Invalid
from tenants.hours.models import HourEntry, HourState, Service
from tenants.hours.rules import Shift, overlap, possible_shift, whole_minutes
from tenants.registrations.models import Registration

_TAKING_TIME = (HourState.SUBMITTED, HourState.CERTIFIED)


class Occupied(NamedTuple):
    """A time in which a volunteer served: the entry's id, its number in the register it came from, its start and end."""

    id: uuid.UUID
    local_number: str | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class HourDetails:
    """What somebody states about hours that were served; `organization_id` is where they were served."""

    registration: Registration
    organization_id: uuid.UUID
    activity: str
    field: str
    shift: Shift
    local_number: str | None = None


def submit_hours(session: Session, details: HourDetails, *, by: str, at: datetime) -> HourEntry:
    """A new entry, waiting for a coordinator; raises `Invalid` where the volunteer served elsewhere at that time."""
    hold_time(session, details.registration.id, details.shift)
    return begin_entry(session, details, by=by, at=at)


def begin_entry(session: Session, details: HourDetails, *, by: str, at: datetime) -> HourEntry:
    """A new submitted entry of a shift that is known to overlap no other."""
    entry = draft_hours(session, details, by=by, at=at)
    entry.submit(by=by, at=at)
    return entry


def draft_hours(session: Session, details: HourDetails, *, by: str, at: datetime) -> HourEntry:
    """A new draft, which its author will submit, change or discard."""
    entry = HourEntry(
        id=new_uuid(),
        local_number=details.local_number,
        registration_id=details.registration.id,
        organization_id=details.organization_id,
        activity=details.activity,
        field=details.field,
    )
    entry.take(details.shift)
    entry.draft(by=by, at=at)
    session.add(entry)
    return entry


def submit_draft(session: Session, entry: HourEntry, *, by: str, at: datetime) -> None:
    """Puts a draft before a coordinator; raises `Invalid` where the volunteer served elsewhere at that time."""
    hold_time(session, entry.registration_id, Shift(entry.started_at, entry.ended_at, entry.raw_minutes))
    entry.submit(by=by, at=at)


def discard_draft(session: Session, entry: HourEntry) -> None:
    """Throws a draft away with its history, which nobody but its author ever saw; raises `StateForbids` for all else."""
    entry.refuse_unless(HourState.DRAFT)
    for version in entry.versions:
        session.delete(version)
    session.delete(entry)


def stated_service(organization_id: uuid.UUID, activity: str, field: str) -> Service:
    """What was done and where, as somebody states it; raises `Invalid` where there are no words."""
    if not activity.strip():
        raise Invalid("Say what was done.", field="activity", rule="missing")
    if not field.strip():
        raise Invalid("Say in which field it was served.", field="field", rule="missing")
    return Service(organization_id, activity.strip(), field.strip())


def stated_shift(started_at: datetime, ended_at: datetime, minutes: int | None, *, now: datetime) -> Shift:
    """When it was served, as somebody states it; without `minutes` all the time between counts.

    Raises `Invalid` where nobody can have served it.
    """
    between = whole_minutes(ended_at - started_at)
    return possible_shift(started_at, ended_at, between if minutes is None else minutes, now=now)


def hold_time(session: Session, registration_id: uuid.UUID, shift: Shift, *, but: HourEntry | None = None) -> None:
    """Keeps a volunteer's time for `shift` until the transaction ends.

    Raises `Invalid` where another of their entries than `but` shares a part of it.
    """
    hold_time_of(session, [registration_id])
    others = times_of(session, [registration_id], begin=shift.started_at, end=shift.ended_at)
    refuse_overlap(shift, [time for _, time in others if but is None or time.id != but.id])


def hold_time_of(session: Session, registration_ids: Iterable[uuid.UUID]) -> None:
    """Keeps others from giving these volunteers' time away until the transaction ends.

    Two at once would not see each other's entries. SQLite lets one writer in by itself.
    """
    ids = select(Registration.id).where(Registration.id.in_(registration_ids))
    # In one order for everybody, so that two never wait for each other.
    session.execute(ids.order_by(Registration.id).with_for_update(key_share=True))


def times_of(
    session: Session, registration_ids: Iterable[uuid.UUID], *, begin: datetime, end: datetime
) -> Iterator[tuple[uuid.UUID, Occupied]]:
    """Each time between `begin` and `end` in which one of these volunteers served, with the registration's id."""
    rows = session.execute(
        select(HourEntry.registration_id, HourEntry.id, HourEntry.local_number, HourEntry.started_at, HourEntry.ended_at).where(
            HourEntry.registration_id.in_(registration_ids),
            HourEntry.state.in_(_TAKING_TIME),
            HourEntry.started_at < end,
            HourEntry.ended_at > begin,
        )
    )
    for row in rows:
        yield row.registration_id, Occupied(row.id, row.local_number, row.started_at, row.ended_at)


def refuse_overlap(shift: Shift, others: Iterable[Occupied]) -> None:
    """Raises `Invalid` where the shift shares time with one of the same volunteer's other entries."""
    for other in others:
        if overlap((shift.started_at, shift.ended_at), (other.started_at, other.ended_at)):
            shared = min(shift.ended_at, other.ended_at) - max(shift.started_at, other.started_at)
            raise Invalid(
                "The shift shares %(minutes)s minutes with entry %(entry)s of the same volunteer.",
                field="started_at",
                rule="overlap",
                minutes=whole_minutes(shared),
                entry=other.local_number or other.id,
            )
