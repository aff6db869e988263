"""How does a sign-in end here: by whoever signed in, or by the hub's word that they signed out elsewhere?"""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tenants.sso.flaws import Flaw, refused_for
from tenants.sso.models import LocalSession, SecurityEventKind, SeenLogout
from tenants.sso.provider import LEEWAY, SignedOut
from tenants.sso.security_events import note


def sign_out(session: Session, local: LocalSession, *, address: str, at: datetime) -> None:
    """Ends the session of one browser."""
    local.end(at=at)
    actor = local.staff.username if local.staff else None
    note(session, SecurityEventKind.SIGNED_OUT, actor=actor, subject=local.subject, address=address, at=at)


def take_logout(session: Session, said: SignedOut, *, address: str, at: datetime) -> None:
    """Ends every session here that the hub's word is about.

    Raises `AnswerRefused` where it was said before, or is about nobody who was ever signed in here.
    """
    _remember(session, said, at=at)
    about = LocalSession.sid == said.sid if said.sid else LocalSession.subject == said.subject
    ended = list(session.scalars(select(LocalSession).where(about)))
    if not ended:
        raise refused_for(Flaw.SESSION)
    for local in ended:
        local.end(at=at)
    note(session, SecurityEventKind.SIGNED_OUT_BY_HUB, subject=ended[0].subject, address=address, at=at, sessions=len(ended))


def _remember(session: Session, said: SignedOut, *, at: datetime) -> None:
    session.execute(delete(SeenLogout).where(SeenLogout.expires_at < at))
    seen = SeenLogout(jti_hash=sha256(said.jti.encode()).hexdigest(), expires_at=said.expires_at + LEEWAY)
    try:
        with session.begin_nested():
            session.add(seen)
    except IntegrityError:
        raise refused_for(Flaw.REPEATED) from None
