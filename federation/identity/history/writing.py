"""How does something that happened to a volunteer ID become part of the history?

Whoever writes has the turn of those who change links (`federation.identity.turns`), so the numbers have no holes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEvent, IdentityEventType
from sync.databases import bulk

GENESIS = sha256(b"identity history").digest()

_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What is to be written down; `part_of_act` makes it part of the act that the first of the same call begins."""

    type: IdentityEventType
    volunteer_id: str | None = None
    registration_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    part_of_act: bool = False


def write(session: Session, happenings: Sequence[Happening], *, by: str, at: datetime) -> int:
    """Adds `happenings`, at least one, behind what is written; gives the number of the first."""
    events = events_of(session, happenings, by=by, at=at)
    bulk.append(session, events.model, events.rows)
    first: int = events.rows[0]["number"]
    return first


def next_number(session: Session) -> int:
    """The number that the next event gets."""
    return _end(session)[0] + 1


def events_of(session: Session, happenings: Sequence[Happening], *, by: str, at: datetime) -> bulk.Part:
    """The events that are to be written behind what is written, before anything else is."""
    rows: list[dict[str, Any]] = []
    last, head = _end(session)
    first = last + 1
    for number, happening in enumerate(happenings, first):
        row = {
            "number": number,
            "type": happening.type,
            "volunteer_id": happening.volunteer_id,
            "registration_id": happening.registration_id,
            "act": first if happening.part_of_act else None,
            "by": by,
            "body": _encoder.encode(happening.body).decode(),
            "at": at,
        }
        head = chained(head, row)
        rows.append(row | {"hash": head})
    return bulk.new(IdentityEvent, rows)


def chained(head: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of an event, all columns of which but the hash are in `row`, behind one with the hash `head`."""
    said = [
        row["number"],
        str(row["type"]),
        row["volunteer_id"],
        row["registration_id"],
        row["act"],
        row["by"],
        row["body"],
        row["at"].timestamp(),
    ]
    return sha256(head + _encoder.encode(said)).digest()


_events = IdentityEvent.__table__.c
_last = select(_events.number, _events.hash).order_by(_events.number.desc()).limit(1)


def _end(session: Session) -> tuple[int, bytes]:
    last = session.execute(_last).one_or_none()
    return (last.number, last.hash) if last else (0, GENESIS)
