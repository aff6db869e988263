"""Is this really that member of staff?

Checking a password takes a while on purpose, and nobody else is to wait for the database meanwhile. So signing in has three
steps: `begin` looks up what is known and writes nothing, `Attempt.check` needs no database, `finish` writes down how it ended.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.origins import origin_of
from tenants.errors import SignInRefused
from tenants.staff import passwords
from tenants.staff.models import LONGEST_USERNAME, StaffMember
from tenants.staff.passwords import Checked
from tenants.staff.throttling import note_failure, note_success, refuse_throttled


@dataclass(frozen=True)
class Attempt:
    """Somebody says that they are `username`; `password_hash` is what their password has to fit."""

    username: str
    origin: str
    at: datetime
    password_hash: str = field(repr=False)

    def check(self, password: str) -> Checked:
        """Whether the password fits. It takes equally long where there is no such account."""
        return passwords.check(self.password_hash, password)


def begin(session: Session, username: str, *, address: str, at: datetime) -> Attempt:
    """What is known of the name; raises `SignInThrottled`. Nothing is written, and the caller ends the transaction."""
    name, origin = _possible(username), origin_of(address)
    refuse_throttled(session, name, origin, at=at)
    # Made first, so that the first attempt of a process takes as long whether or not there is such an account.
    decoy = passwords.decoy_hash()
    staff = _called(session, name)
    return Attempt(name, origin, at, staff.password_hash if staff else decoy)


def finish(session: Session, attempt: Attempt, checked: Checked) -> StaffMember:
    """The account; raises `SignInRefused`, or `SignInThrottled` where others failed meanwhile.

    A refusal is written down, too: the caller commits either way.
    """
    refuse_throttled(session, attempt.username, attempt.origin, at=attempt.at)
    staff = _called(session, attempt.username)
    # An account that was closed or got another password meanwhile does not open with the old one.
    if staff is None or not staff.active or staff.password_hash != attempt.password_hash or not checked.fits:
        note_failure(session, attempt.username, attempt.origin, at=attempt.at)
        raise SignInRefused("The name or the password is not right.")
    note_success(session, attempt.username, attempt.origin, at=attempt.at)
    if checked.stronger_hash:
        staff.password_hash = checked.stronger_hash
    return staff


def _possible(username: str) -> str:
    """The name, or none where no account can have it: not every database takes what somebody may send."""
    return username if len(username) <= LONGEST_USERNAME and username.isprintable() else ""


def _called(session: Session, username: str) -> StaffMember | None:
    return session.scalars(select(StaffMember).where(StaffMember.username == username)).one_or_none()
