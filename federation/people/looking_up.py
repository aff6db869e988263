"""May somebody learn here who is registered with a document, and who asked?

Each look is a security event, which names the client that led there: a district's program has the federation's key and
people's browsers at hand, and whoever tries numbers through it is to be slow, and seen. The events are what is counted.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from federation.accounts.addresses import Address
from federation.accounts.models import Account, Outcome, SecurityEvent, SecurityEventKind
from federation.accounts.security_events import note
from federation.accounts.visits import Visit
from federation.errors import SignInThrottled
from federation.people.knowing import Known, known_by_document
from federation.settings import Settings
from sync.accounts.throttling import seconds_to_wait
from sync.documents import DocumentKind


def look_up(
    session: Session,
    kind: DocumentKind,
    number: str,
    *,
    phone: Address,
    client: str | None,
    actor: Account | None,
    visit: Visit,
    settings: Settings,
    at: datetime,
) -> Known | None:
    """Who is registered with this document and this telephone number; None also where several persons are.

    `client` is the one whose request led there, and `actor` whoever is signed in. Raises `SignInThrottled` where so many were
    looked up for that client that more have to wait.
    """
    if wait := _seconds_to_wait(session, client, settings, at=at):
        raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=wait)
    known = known_by_document(session, kind, number, phone=phone, settings=settings, at=at)
    told: dict[str, Any] = {"account": None, "actor": actor, "client": client, "at": at, **visit.told}
    note(session, SecurityEventKind.LOOKED_UP, **told, found=known is not None)
    if _seconds_to_wait(session, client, settings, at=at):
        note(session, SecurityEventKind.THROTTLED, outcome=Outcome.REFUSED, **told, methods="document")
    return known


def _seconds_to_wait(session: Session, client: str | None, settings: Settings, *, at: datetime) -> int:
    """Of whom no client sent there only the codes are limited that they have sent to themselves (`codes.require_room`)."""
    if client is None:
        return 0
    event = SecurityEvent
    for_it = (event.kind == SecurityEventKind.LOOKED_UP, event.client == client)
    return seconds_to_wait(session, event.at, *for_it, most=settings.look_ups_per_client, at=at)
