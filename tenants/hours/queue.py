"""Which hours wait for a coordinator?"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tenants.hours.finding import began_within
from tenants.hours.models import HourEntry, HourState
from tenants.registrations.models import Registration


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """What part of the queue to look at; what is left out is not asked about.

    `organizations` is the scope, never wider than what the member of staff may certify in. Days are those on which shifts
    began, in `time_zone`, both included. `until` leaves out what came into the queue after that moment: nobody certifies what
    they have not been shown.
    """

    organizations: Collection[uuid.UUID]
    time_zone: ZoneInfo
    field: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    name: str | None = None
    recorded_by: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class QueueSummary:
    """How much waits: entries and their minutes, the oldest shift's start, and how many of them `by` recorded."""

    entries: int
    minutes: int
    oldest_at: datetime | None
    own_entries: int


def summarize(session: Session, wanted: QueueFilter, *, by: str) -> QueueSummary:
    """The sums of what waits; `by` may not certify what they recorded, so that is counted apart."""
    own = func.count().filter(HourEntry.recorded_by == by)
    figures = select(func.count(), func.coalesce(func.sum(HourEntry.credited_minutes), 0), func.min(HourEntry.started_at), own)
    return QueueSummary(*session.execute(figures.select_from(HourEntry).where(*_conditions(wanted))).one())


def waiting(session: Session, wanted: QueueFilter, *, first: int, limit: int) -> list[HourEntry]:
    """What waits, the oldest shift first, from place `first` (from 0) on, with volunteers and organizations loaded."""
    shown = select(HourEntry).options(joinedload(HourEntry.registration), joinedload(HourEntry.organization))
    ordered = shown.where(*_conditions(wanted)).order_by(HourEntry.started_at, HourEntry.id)
    return list(session.scalars(ordered.offset(first).limit(limit)))


def waiting_to_change(
    session: Session, wanted: QueueFilter, *, only: Collection[uuid.UUID] | None = None, limit: int
) -> list[HourEntry]:
    """The same, locked and with their histories, for acts on many at once; `only` keeps those of these ids."""
    query = select(HourEntry).options(selectinload(HourEntry.versions)).where(*_conditions(wanted))
    if only is not None:
        query = query.where(HourEntry.id.in_(only))
    ordered = query.order_by(HourEntry.started_at, HourEntry.id).limit(limit)
    return list(session.scalars(ordered.with_for_update(of=HourEntry)))


def fields_waiting(session: Session, organizations: Collection[uuid.UUID]) -> list[str]:
    """The fields of service in which something waits, to choose from."""
    query = select(HourEntry.field).where(HourEntry.state == HourState.SUBMITTED, HourEntry.organization_id.in_(organizations))
    return list(session.scalars(query.distinct().order_by(HourEntry.field)))


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions = [HourEntry.state == HourState.SUBMITTED, HourEntry.organization_id.in_(wanted.organizations)]
    conditions += began_within(wanted.first_day, wanted.last_day, wanted.time_zone)
    if wanted.field:
        conditions.append(HourEntry.field == wanted.field)
    if wanted.name:
        conditions.append(HourEntry.registration.has(Registration.name.contains(wanted.name, autoescape=True)))
    if wanted.recorded_by:
        conditions.append(HourEntry.recorded_by == wanted.recorded_by)
    if wanted.until:
        conditions.append(HourEntry.changed_at <= wanted.until)
    return conditions
