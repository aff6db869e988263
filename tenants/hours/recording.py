"""How does an hour entry begin?"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.envelope import new_uuid
from tenants.errors import Invalid
from tenants.hours.models import HourEntry, HourState
from tenants.hours.rules import Shift, overlap, whole_minutes
from tenants.registrations.models import Registration

LIVE_STATES = (HourState.DRAFT, HourState.SUBMITTED, HourState.CERTIFIED)


class Occupied(Protocol):
    """A time in which somebody served, such as an `HourEntry`."""

    @property
    def id(self) -> uuid.UUID:
        """The entry's."""

    @property
    def local_number(self) -> str | None:
        """The entry's number in the register it came from."""

    @property
    def started_at(self) -> datetime:
        """From when."""

    @property
    def ended_at(self) -> datetime:
        """Until when."""


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
    hold_time_of(session, [details.registration.id])
    refuse_overlap(details.shift, entries_of(session, [details.registration.id]))
    return begin_entry(session, details, by=by, at=at)


def begin_entry(session: Session, details: HourDetails, *, by: str, at: datetime) -> HourEntry:
    """A new submitted entry of a shift that is known to overlap no other."""
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
    entry.submit(by=by, at=at)
    session.add(entry)
    return entry


def hold_time_of(session: Session, registration_ids: Iterable[uuid.UUID]) -> None:
    """Keeps others from giving these volunteers' time away until the transaction ends.

    Two at once would not see each other's entries. SQLite lets one writer in by itself.
    """
    ids = select(Registration.id).where(Registration.id.in_(registration_ids))
    # In one order for everybody, so that two never wait for each other.
    session.execute(ids.order_by(Registration.id).with_for_update(key_share=True))


def entries_of(session: Session, registration_ids: Iterable[uuid.UUID]) -> list[HourEntry]:
    """The entries of some registrations that occupy their time: drafts, submitted and certified ones."""
    return list(
        session.scalars(
            select(HourEntry).where(HourEntry.registration_id.in_(registration_ids), HourEntry.state.in_(LIVE_STATES))
        )
    )


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
