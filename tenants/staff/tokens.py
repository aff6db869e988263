"""How does a program act for a member of staff?"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tenants.errors import Invalid, NotFound
from tenants.staff.models import LONGEST_PURPOSE, AccessToken, StaffMember

SHORTEST_TOKEN_ID = 8


def issue_token(session: Session, staff: StaffMember, *, purpose: str, lifetime: timedelta, at: datetime) -> str:
    """A key for a program that acts for `staff`; it is shown once and kept as a hash only.

    Raises `Invalid` where the purpose is not said or too long, or the account is closed.
    """
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise Invalid(f"Say what the token is for in at most {LONGEST_PURPOSE} characters.", field="purpose")
    if not staff.active:
        raise Invalid(f"The account {staff.username} is closed. Open it first.", field="username")
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= at))
    token = secrets.token_urlsafe(32)
    session.add(AccessToken(token_hash=_hash(token), staff_member=staff, purpose=purpose, expires_at=at + lifetime))
    return token


def staff_of_token(session: Session, token: str, *, at: datetime) -> StaffMember | None:
    """The active account for which `token` was issued, or None where it is unknown or has expired."""
    found = session.get(AccessToken, _hash(token))
    if found is None or found.expires_at <= at or not found.staff_member.active:
        return None
    return found.staff_member


def valid_tokens(session: Session, *, at: datetime) -> list[AccessToken]:
    """The tokens that have not expired, the first to expire first."""
    valid = select(AccessToken).where(AccessToken.expires_at > at)
    return list(session.scalars(valid.order_by(AccessToken.expires_at, AccessToken.token_hash)))


def withdraw_token(session: Session, token_id: str) -> AccessToken:
    """Ends the token of this id and gives what it was; raises `NotFound`."""
    found = session.scalars(select(AccessToken).where(AccessToken.token_hash.startswith(token_id, autoescape=True))).all()
    if len(token_id) < SHORTEST_TOKEN_ID or len(found) != 1:
        raise NotFound(f"There is no token {token_id}. See: banyan-district staff token list")
    session.delete(found[0])
    return found[0]


def withdraw_tokens_of(session: Session, staff: StaffMember) -> None:
    """Ends every token of the account."""
    session.execute(delete(AccessToken).where(AccessToken.staff_id == staff.id))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
