"""Which hour entry is meant, and may this member of staff see or change it?"""

import uuid
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from tenants.errors import NotFound, StaleVersion
from tenants.hours.models import HourEntry, HourEntryVersion, HourState, Service
from tenants.registrations.models import Registration
from tenants.staff.models import StaffMember
from tenants.staff.permissions import Permission, require, scope


@dataclass(frozen=True)
class StateSum:
    """How many entries are in one state, and their minutes."""

    entries: int
    minutes: int


def entry_seen(session: Session, entry_id: uuid.UUID, *, by: StaffMember) -> HourEntry:
    """An entry with its history, volunteer and organization; raises `NotFound` where `by` may not see it, too."""
    entry = session.scalars(
        entries_seen(scope(session, by, Permission.SEE), by=by.username)
        .where(HourEntry.id == entry_id)
        .options(selectinload(HourEntry.versions).joinedload(HourEntryVersion.organization))
    ).one_or_none()
    if entry is None:
        raise NotFound("There is no such hour entry where you may look.")
    return entry


def entry_to_change(
    session: Session, entry_id: uuid.UUID, *, by: StaffMember, permission: Permission, version: int | None = None
) -> HourEntry:
    """The entry, locked until the transaction ends.

    Raises `NotFound`, `NotAllowed`, or `StaleVersion` where it is no longer in `version`.
    """
    entry = entry_seen(session, entry_id, by=by)
    require(session, by, permission, entry.organization_id)
    session.refresh(entry, with_for_update={"of": HourEntry})
    if version not in (None, entry.version):
        raise StaleVersion("Somebody changed this entry since you looked. Look at it again.")
    return entry


def entries_seen(organizations: Collection[uuid.UUID], *, by: str) -> Select[HourEntry]:
    """The entries that were served in one of `organizations` or belong to a volunteer of one, with both loaded.

    Of drafts only those of `by`.
    """
    return (
        select(HourEntry)
        .join(HourEntry.registration)
        .where(_no_draft_of_another(by))
        .where(or_(HourEntry.organization_id.in_(organizations), Registration.organization_id.in_(organizations)))
        .options(contains_eager(HourEntry.registration), joinedload(HourEntry.organization))
    )


def began_within(first_day: date | None, last_day: date | None, time_zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """The conditions on entries that their shifts began on these days in `time_zone`, both included."""
    conditions = []
    # At the two ends of the calendar a day has no beginning or no end, and leaves nothing out.
    if first_day:
        with suppress(OverflowError):
            conditions.append(HourEntry.started_at >= datetime.combine(first_day, time(), time_zone).astimezone(UTC))
    if last_day:
        with suppress(OverflowError):
            end = datetime.combine(last_day + timedelta(days=1), time(), time_zone)
            conditions.append(HourEntry.started_at < end.astimezone(UTC))
    return conditions


def entries_of_volunteer(session: Session, registration_id: uuid.UUID, *, by: str, first: int, limit: int) -> list[HourEntry]:
    """A volunteer's entries that `by` may see, the newest shift first, from place `first` (from 0) on."""
    return list(
        session.scalars(
            select(HourEntry)
            .where(HourEntry.registration_id == registration_id, _no_draft_of_another(by))
            .order_by(HourEntry.started_at.desc(), HourEntry.id)
            .options(joinedload(HourEntry.organization))
            .offset(first)
            .limit(limit)
        )
    )


def sums_of_volunteer(session: Session, registration_id: uuid.UUID, *, by: str) -> dict[HourState, StateSum]:
    """How much a volunteer has in each state, as far as `by` may see it, in the order of its life; others are left out."""
    figures = select(HourEntry.state, func.count(), func.sum(HourEntry.credited_minutes))
    wanted = figures.where(HourEntry.registration_id == registration_id, _no_draft_of_another(by))
    rows = session.execute(wanted.group_by(HourEntry.state))
    sums = {state: StateSum(entries, minutes) for state, entries, minutes in rows}
    return {state: sums[state] for state in HourState if state in sums}


def drafts_of(session: Session, *, by: str, limit: int) -> list[HourEntry]:
    """The drafts of `by`, the one that was changed last first, with volunteers and organizations loaded."""
    query = select(HourEntry).where(HourEntry.state == HourState.DRAFT, HourEntry.recorded_by == by)
    loaded = query.options(joinedload(HourEntry.registration), joinedload(HourEntry.organization))
    return list(session.scalars(loaded.order_by(HourEntry.changed_at.desc(), HourEntry.id).limit(limit)))


def services_lately(session: Session, organizations: Collection[uuid.UUID], *, latest: int) -> list[Service]:
    """What was done in `organizations` lately, each once, as far as the `latest` entries tell: what may be done again."""
    query = select(HourEntry.organization_id, HourEntry.activity, HourEntry.field)
    of_these = query.where(HourEntry.organization_id.in_(organizations)).order_by(HourEntry.id.desc()).limit(latest)
    return list(dict.fromkeys(Service(*row) for row in session.execute(of_these)))


def _no_draft_of_another(by: str) -> ColumnElement[bool]:
    return or_(HourEntry.state != HourState.DRAFT, HourEntry.recorded_by == by)
