"""What has happened to the accounts of this district?"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from tenants.sso.models import SecurityEvent, SecurityEventKind
from tenants.staff.models import StaffMember


@dataclass(frozen=True)
class Filter:
    """Which events: what is not None narrows them. `who` is a username, or what the hub calls somebody."""

    kind: SecurityEventKind | None = None
    who: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventShown(NamedTuple):
    """An event, and the username of whom it is about, where that is a member of staff."""

    event: SecurityEvent
    username: str | None


def find_events(session: Session, wanted: Filter, *, limit: int, offset: int = 0) -> list[EventShown]:
    """The newest events of those wanted, the newest first."""
    row = SecurityEvent
    query = _wanted(wanted).order_by(row.at.desc(), row.id.desc())
    found = session.execute(query.limit(limit).offset(offset))
    return [EventShown(event, event.actor or linked) for event, linked in found.all()]


def latest_events(session: Session, *, limit: int) -> list[SecurityEvent]:
    """The last events, the newest first."""
    return [shown.event for shown in find_events(session, Filter(), limit=limit)]


def _wanted(wanted: Filter) -> Select[SecurityEvent, str]:
    row, linked = SecurityEvent, StaffMember
    query = select(row, linked.username).outerjoin(linked, linked.subject == row.subject)
    for column in (row.kind, row.address):
        if (value := getattr(wanted, column.key)) is not None:
            query = query.where(column == value)
    if wanted.who is not None:
        query = query.where(or_(*(column == wanted.who for column in (row.actor, row.subject, linked.username))))
    if wanted.since is not None:
        query = query.where(row.at >= wanted.since)
    return query.where(row.at < wanted.until) if wanted.until is not None else query
