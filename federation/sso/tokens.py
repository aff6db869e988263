"""How does a client come by tokens, and what do they open?"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from federation.accounts.models import ABSOLUTE_LIMIT
from federation.sso.bearers import hash_of, new_bearer
from federation.sso.models import AccessToken, Authorization, RefreshToken

ACCESS_LIFETIME = timedelta(minutes=5)
REFRESH_LIFETIME = ABSOLUTE_LIMIT
GRACE = timedelta(seconds=20)
"""For so long a client whose answer was lost gets the same successor again."""


def issue_access(session: Session, authorization: Authorization, *, scope: str, at: datetime) -> str:
    """A new token that opens what `scope` names."""
    token = new_bearer()
    session.add(
        AccessToken(
            token_hash=hash_of(token),
            authorization_id=authorization.id,
            scope=scope,
            issued_at=at,
            expires_at=at + ACCESS_LIFETIME,
        )
    )
    return token


def issue_refresh(session: Session, authorization: Authorization, *, at: datetime, token: str | None = None) -> str:
    """A new token that gives the next tokens: by default the first of its family."""
    token = token or new_bearer()
    session.add(
        RefreshToken(
            token_hash=hash_of(token), authorization_id=authorization.id, issued_at=at, expires_at=at + REFRESH_LIFETIME
        )
    )
    return token


def take(session: Session, token: RefreshToken, *, at: datetime) -> bool:
    """Whether this is the use that the token is for; of two at once it is one."""
    row = RefreshToken
    unused = update(row).where(row.token_hash == token.token_hash, row.used_at.is_(None)).values(used_at=at)
    if session.scalar(unused.returning(row.token_hash)) is not None:
        return True
    session.refresh(token, ["used_at"])
    return False


def successor_of(token: str, *, key: bytes) -> str:
    """The token that follows `token`, which the hub alone can tell, and tells in the same way however often it is asked."""
    return urlsafe_b64encode(hmac.digest(key, token.encode(), "sha256")).rstrip(b"=").decode()


def is_repeated(session: Session, token: RefreshToken, successor: str, *, at: datetime) -> bool:
    """Whether a token that was used comes again because the answer was lost: soon, and nobody has used what followed it."""
    followed = session.get(RefreshToken, hash_of(successor))
    used_at = token.used_at
    return used_at is not None and at - used_at <= GRACE and followed is not None and followed.used_at is None
