"""Does the hub still stand by somebody's sign-in, and what does it say of them now?

It is asked when its last word is some minutes old, by the first request that comes then: the others of that moment go on with
what is known. While the hub is away sessions go on, as nobody's work at a desk waits for the city; they say so, and it is
asked again.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from tenants.errors import AnswerRefused, HubUnavailable, SessionRefused
from tenants.settings import Settings
from tenants.sso.models import LocalSession
from tenants.sso.provider import Provider
from tenants.sso.sessions import attend, seal
from tenants.staff.finding import staff_linked_to

# Long enough for one request to ask, and short enough that a hub that is back is heard soon.
ANEW = timedelta(seconds=30)


def take_turn(session: Session, local: LocalSession, *, at: datetime) -> bytes | None:
    """What to ask the hub with, encrypted, where this request is the one to ask; the caller commits before it does.

    None where another one has begun to, or there is nothing to ask with any more, in which case the session has ended.
    """
    turn = update(LocalSession).where(LocalSession.id == local.id, LocalSession.refresh_at == local.refresh_at)
    if session.scalar(turn.values(refresh_at=at + ANEW).returning(LocalSession.id)) is None:
        return None
    session.refresh(local)
    if local.refresh_token is None:
        local.end(at=at)
        return None
    return local.refresh_token


def renew(
    session: Session, local: LocalSession, provider: Provider, sealed: bytes, *, settings: Settings, at: datetime
) -> None:
    """Takes over what the hub says now, or ends the session where it stands by it no longer.

    The hub is asked before the database is, so that nobody else waits for this transaction meanwhile.
    """
    try:
        granted = provider.renew(settings.field_cipher.decrypt(sealed).decode())
    except HubUnavailable:
        local.hold_out(until=at + ANEW, at=at)
    except (SessionRefused, AnswerRefused):
        local.end(at=at)
    else:
        local.follow(granted.identity, at=at)
        seal(local, id_token=granted.id_token, refresh_token=granted.refresh_token, settings=settings)
        attend(local, staff_linked_to(session, granted.identity.subject))
