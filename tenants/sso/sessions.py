"""In which browser is somebody signed in here?"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from tenants.settings import Settings
from tenants.sso.models import Identity, LocalSession
from tenants.staff.finding import staff_linked_to
from tenants.staff.models import StaffMember

# By then nobody asks any more who was signed in, and the hub has long said all there was to say of it.
KEPT_FOR = timedelta(days=7)


def begin_hub_session(
    session: Session, identity: Identity, *, id_token: str, refresh_token: str | None, settings: Settings, at: datetime
) -> str:
    """Signs somebody in by the hub's word, and gives the key that their browser is to show; it is not kept."""
    begun, key = _begin(session, at=at)
    begun.follow(identity, at=at)
    seal(begun, id_token=id_token, refresh_token=refresh_token, settings=settings)
    attend(begun, staff_linked_to(session, identity.subject))
    return key


def begin_local_session(session: Session, staff: StaffMember, *, at: datetime) -> str:
    """Signs in a member of staff who has proved who they are, and gives the key that their browser is to show."""
    begun, key = _begin(session, at=at)
    begun.authenticated_at = at
    attend(begun, staff)
    return key


def attend(local: LocalSession, staff: StaffMember | None) -> None:
    """Lets the member of staff, if there is one, work in this session."""
    local.staff, local.staff_epoch = staff, staff.session_epoch if staff else None


def seal(local: LocalSession, *, id_token: str, refresh_token: str | None, settings: Settings) -> None:
    """Keeps what the hub handed out, encrypted."""
    local.id_token = settings.field_cipher.encrypt(id_token.encode())
    local.refresh_token = settings.field_cipher.encrypt(refresh_token.encode()) if refresh_token else None


def session_of(session: Session, key: str, *, at: datetime) -> LocalSession | None:
    """The open session whose key this is, with who works in it; None where there is none."""
    query = select(LocalSession).where(LocalSession.key_hash == _hash(key))
    staff = joinedload(LocalSession.staff).selectinload(StaffMember.roles)
    found = session.scalars(query.options(staff)).one_or_none()
    return found if found and found.is_open(at=at) else None


def note_use(session: Session, local: LocalSession, *, at: datetime) -> None:
    """The session is in use at this moment, so it is not left alone yet."""
    session.execute(update(LocalSession).where(LocalSession.id == local.id).values(seen_at=at))


def hint_of(local: LocalSession, settings: Settings) -> str | None:
    """The hub's own word by which it knows the session that is to end there; None where the hub has no part in it."""
    return settings.field_cipher.decrypt(local.id_token).decode() if local.id_token else None


def cookie(settings: Settings, key: str) -> dict[str, Any]:
    """How a browser is given the key: what `set_cookie` takes. It shows it to this host alone, and no script sees it."""
    return {
        "key": cookie_name(settings),
        "value": key,
        "max_age": None if key else 0,
        "secure": settings.secure_cookies,
        "httponly": True,
        "samesite": "Lax",
    }


def cookie_name(settings: Settings) -> str:
    """Under which name it shows the key. With the prefix a browser takes it from nobody but this host, and over HTTPS."""
    return f"{settings.cookie_prefix}banyan_{settings.district}_session"


def _begin(session: Session, *, at: datetime) -> tuple[LocalSession, str]:
    session.execute(delete(LocalSession).where(LocalSession.began_at <= at - KEPT_FOR))
    key = secrets.token_urlsafe(32)
    begun = LocalSession(key_hash=_hash(key), began_at=at, seen_at=at)
    session.add(begun)
    return begun, key


def _hash(key: str) -> str:
    # Of a random key a plain hash is enough: nobody guesses 256 bits.
    return sha256(key.encode()).hexdigest()
