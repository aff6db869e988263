"""What has happened to an account, or at the hub?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from federation.accounts.models import Account, Outcome, SecurityEvent, SecurityEventKind


@dataclass(frozen=True)
class Filter:
    """Which events: what is not None narrows them. `username` is of who did something, or whom it happened to."""

    kind: SecurityEventKind | None = None
    outcome: Outcome | None = None
    username: str | None = None
    address: str | None = None
    client: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class EventShown(NamedTuple):
    """An event, and by which usernames both accounts in it are known."""

    event: SecurityEvent
    actor: str | None
    account: str | None


def events_of(session: Session, account: Account, *, limit: int) -> Sequence[SecurityEvent]:
    """The newest that happened to an account, the newest first."""
    row = SecurityEvent
    query = select(row).where(row.account_id == account.id).order_by(row.at.desc(), row.id.desc())
    return session.scalars(query.limit(limit)).all()


def find_events(session: Session, wanted: Filter, *, limit: int, offset: int = 0) -> list[EventShown]:
    """The newest events of those wanted, the newest first."""
    row = SecurityEvent
    query = _wanted(wanted).order_by(row.at.desc(), row.id.desc())
    return [EventShown(*found) for found in session.execute(query.limit(limit).offset(offset)).all()]


def _wanted(wanted: Filter) -> Select[SecurityEvent, str, str]:
    row, actor, account = SecurityEvent, aliased(Account), aliased(Account)
    query = (
        select(row, actor.username, account.username)
        .outerjoin(actor, actor.id == row.actor_id)
        .outerjoin(account, account.id == row.account_id)
    )
    for column in (row.kind, row.outcome, row.address, row.client):
        if (value := getattr(wanted, column.key)) is not None:
            query = query.where(column == value)
    if wanted.username is not None:
        query = query.where(or_(actor.username == wanted.username, account.username == wanted.username))
    if wanted.since is not None:
        query = query.where(row.at >= wanted.since)
    return query.where(row.at < wanted.until) if wanted.until is not None else query
