"""How is a district invited to take part?"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.bus_accounts import give_account, take_account
from federation.directory.enrolling import check_description
from federation.directory.models import District, Invitation
from federation.directory.offering import offer
from federation.errors import AlreadyEnrolled, NotFound
from federation.settings import Settings
from sync.addresses import has_accounts
from sync.joining import invitation

LIFETIME = timedelta(days=7)


def invite(
    session: Session,
    code: str,
    *,
    name: str,
    region_code: str,
    settings: Settings,
    by: str,
    at: datetime,
    lifetime: timedelta = LIFETIME,
) -> invitation.Invitation:
    """What lets the district in, once; an earlier invitation of the same code is withdrawn.

    It alone holds the secret. Raises `AlreadyEnrolled`, `Invalid` or `NotPrepared`.
    """
    check_description(code, name=name, region_code=region_code)
    handed_out = offer(settings)
    if session.get(District, code) is not None:
        raise AlreadyEnrolled(f"{code} has joined already. banyan-hub district list shows it; another needs another code.")
    for earlier in _open(session, code):
        earlier.withdraw(at=at)
    made = invitation.Invitation(
        hub_url=handed_out.hub_url,
        hub_key_id=settings.wire.signing_key.thumbprint(),
        district=code,
        secret=secrets.token_urlsafe(32),
        expires_at=at + lifetime,
    )
    session.add(
        Invitation(
            district=code,
            name=name.strip(),
            region_code=region_code,
            secret_hash=hash_secret(made.secret),
            invited_by=by,
            invited_at=at,
            expires_at=made.expires_at,
        )
    )
    if has_accounts(handed_out.bus_url):
        give_account(session, code, cipher=settings.field_cipher)
    return made


def withdraw(session: Session, code: str, *, at: datetime) -> None:
    """Lets nobody in with the open invitation of `code`; raises `NotFound` where there is none."""
    found = _open(session, code)
    if not found:
        raise NotFound(f"No invitation of {code} is open; banyan-hub invitations list shows those that are.")
    for one in found:
        one.withdraw(at=at)
    take_account(session, code)


def open_invitations(session: Session, *, at: datetime) -> list[Invitation]:
    """Those that let somebody in at `at`, by code."""
    return [one for one in _open(session) if one.expires_at > at]


def hash_secret(secret: str) -> bytes:
    """What is kept of an invitation's secret, which is too long to be guessed from it."""
    return sha256(secret.encode()).digest()


def _open(session: Session, code: str | None = None) -> list[Invitation]:
    query = select(Invitation).where(Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))
    if code is not None:
        query = query.where(Invitation.district == code)
    return list(session.scalars(query.order_by(Invitation.district)))
