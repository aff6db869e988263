"""How much waits for a coordinator, and how do they stand by much of it at once?"""

from datetime import UTC, datetime
from typing import Any

from api.tenant.bearer import part, places, settings, staff
from api.tenant.schemas import (
    CertificationSchema,
    CertifiedSchema,
    OutcomeSchema,
    QueueQuerySchema,
    QueueSchema,
    UndoSchema,
)
from tenants.db import db
from tenants.hours.certifying_many import MOST_AT_ONCE, Outcome, certify_many, undo_many
from tenants.hours.queue import QueueFilter, summarize, waiting_to_change
from tenants.organizations.arranging import at_or_below
from tenants.staff.permissions import Permission

queue = part("queue", "/queue", "What waits, and acts on much of it at once.")


@queue.get("")
@queue.arguments(QueueQuerySchema, location="query")
@queue.response(200, QueueSchema)
def read_queue(query: dict[str, Any]) -> dict[str, Any]:
    """The sums of what waits for you."""
    now = datetime.now(UTC)
    summary = summarize(db.session(), _wanted(query, until=now), by=staff().username)
    return {**vars(summary), "until": now}


@queue.post("/certification")
@queue.arguments(QueueQuerySchema, location="query")
@queue.arguments(CertificationSchema)
@queue.response(200, CertifiedSchema)
def certify(query: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """Stand by entries of the queue in one act, which you can undo as one."""
    now, named = datetime.now(UTC), stated["entries"]
    wanted = _wanted(query, until=stated["until"])
    entries = waiting_to_change(db.session(), wanted, only=named, limit=MOST_AT_ONCE)
    outcome = certify_many(db.session(), entries, by=staff().username, at=now, settings=settings())
    db.session.commit()
    not_waiting = len(set(named)) - len(entries) if named is not None else 0
    return {**vars(outcome), "not_waiting": not_waiting, "certified_at": now}


@queue.post("/undo")
@queue.arguments(UndoSchema)
@queue.response(200, OutcomeSchema)
def undo(stated: dict[str, Any]) -> Outcome:
    """Put back what you certified in one act, except what was changed since."""
    outcome = undo_many(
        db.session(),
        places(Permission.CERTIFY),
        certified_at=stated["certified_at"],
        by=staff().username,
        at=datetime.now(UTC),
        settings=settings(),
    )
    db.session.commit()
    return outcome


def _wanted(query: dict[str, Any], *, until: datetime) -> QueueFilter:
    """The part of the queue that is asked for, within what the member of staff may certify."""
    below, allowed = query.pop("organization_id", None), places(Permission.CERTIFY)
    chosen = allowed & at_or_below(db.session(), [below]) if below else allowed
    return QueueFilter(organizations=chosen, time_zone=settings().time_zone, until=until, **query)
