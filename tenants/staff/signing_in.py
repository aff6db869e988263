"""Is this really that member of staff?

Passwords are hashed with argon2id (RFC 9106). Failures are counted in the database, for the account and for the address that
they come from, so several web processes throttle together; a throttled attempt is not even looked at.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tenants.errors import Invalid, NotFound, SignInRefused, SignInThrottled
from tenants.organizations.models import Organization
from tenants.staff.models import AccessToken, Role, SignInAttempt, StaffMember, StaffRole

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30
MIN_PASSWORD_LENGTH = 10

_hasher = PasswordHasher()


def sign_in(session: Session, username: str, password: str, *, address: str, at: datetime) -> StaffMember:
    """The account; raises `SignInThrottled` or `SignInRefused`. A refusal is counted: the caller commits either way."""
    _refuse_throttled(session, username, address, at=at)
    staff = session.scalars(select(StaffMember).where(StaffMember.username == username)).one_or_none()
    fits = _password_fits(staff.password_hash if staff else _decoy_hash(), password)
    if staff is None or not fits or not staff.active:
        session.add(SignInAttempt(username=username[:40], address=address, at=at))
        raise SignInRefused("The name or the password is not right.")
    session.execute(delete(SignInAttempt).where(SignInAttempt.username == username))
    if _hasher.check_needs_rehash(staff.password_hash):
        staff.password_hash = _hasher.hash(password)
    return staff


def add_staff_member(
    session: Session, *, username: str, name: str, password: str, role: Role, organization: Organization
) -> StaffMember:
    """A new account with one role; raises `Invalid` where the name is taken or the password too short."""
    if session.scalars(select(StaffMember.id).where(StaffMember.username == username)).first():
        raise Invalid(f"There is a member of staff called {username} already.", field="username")
    staff = StaffMember(username=username, name=name, password_hash=_hash(password))
    staff.roles.append(StaffRole(role=role, organization=organization))
    session.add(staff)
    return staff


def change_password(session: Session, staff: StaffMember, password: str) -> None:
    """Sets a new password and ends every session and token that the account has; raises `Invalid` where it is too short."""
    staff.password_hash = _hash(password)
    session.execute(delete(AccessToken).where(AccessToken.staff_id == staff.id))
    staff.session_epoch = (staff.session_epoch or 0) + 1


def staff_named(session: Session, username: str) -> StaffMember:
    """The account of this name; raises `NotFound`."""
    staff = session.scalars(select(StaffMember).where(StaffMember.username == username)).one_or_none()
    if staff is None:
        raise NotFound(f"There is no member of staff called {username}.")
    return staff


def issue_token(session: Session, staff: StaffMember, *, purpose: str, lifetime: timedelta, at: datetime) -> str:
    """A key for a program that acts for `staff`; it is shown once and kept as a hash only."""
    token = secrets.token_urlsafe(32)
    session.add(AccessToken(token_hash=_token_hash(token), staff_member=staff, purpose=purpose, expires_at=at + lifetime))
    return token


def staff_of_token(session: Session, token: str, *, at: datetime) -> StaffMember | None:
    """The active account for which `token` was issued, or None where it is unknown or has expired."""
    found = session.get(AccessToken, _token_hash(token))
    if found is None or found.expires_at <= at or not found.staff_member.active:
        return None
    return found.staff_member


def _refuse_throttled(session: Session, username: str, address: str, *, at: datetime) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= at - WINDOW))
    limits = (
        (SignInAttempt.username == username, FAILURES_PER_ACCOUNT),
        (SignInAttempt.address == address, FAILURES_PER_ADDRESS),
    )
    for which, limit in limits:
        failures, oldest = session.execute(select(func.count(), func.min(SignInAttempt.at)).where(which)).one()
        if failures >= limit:
            wait = (oldest + WINDOW - at).total_seconds()
            raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=max(1, int(wait)))


@cache
def _decoy_hash() -> str:
    """Checked when nobody has the name that was given, so that the answer takes as long as for a wrong password."""
    return _hasher.hash(secrets.token_urlsafe())


def _password_fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid(f"A password needs at least {MIN_PASSWORD_LENGTH} characters.", field="password")
    return _hasher.hash(password)


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
