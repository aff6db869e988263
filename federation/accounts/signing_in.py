"""Is this really that person?

Checking a password takes a while on purpose, and nobody else is to wait for the database meanwhile. So signing in has three
steps: `begin` looks up what is known and writes nothing, `Attempt.check` needs no database, `finish` writes down how it ended.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, SignInAttempt
from federation.errors import SignInRefused, SignInThrottled
from sync.accounts import passwords
from sync.accounts.attempt import Attempt
from sync.accounts.passwords import Checked
from sync.accounts.throttling import Throttle
from sync.accounts.usernames import searchable
from sync.origins import origin_of

throttle = Throttle(SignInAttempt)


def begin(session: Session, username: str, *, address: str, at: datetime) -> Attempt:
    """What is known of the name; raises `SignInThrottled`. Nothing is written, and the caller ends the transaction."""
    name, origin = searchable(username), origin_of(address)
    _refuse_throttled(session, name, origin, at=at)
    # Made first, so that the first attempt of a process takes as long whether or not there is such an account.
    decoy = passwords.decoy_hash()
    account = _called(session, name)
    return Attempt(name, origin, at, account.password_hash if account else decoy)


def finish(session: Session, attempt: Attempt, checked: Checked) -> Account:
    """The account; raises `SignInRefused`, or `SignInThrottled` where others failed meanwhile.

    A refusal is written down, too: the caller commits either way.
    """
    _refuse_throttled(session, attempt.username, attempt.origin, at=attempt.at)
    account = _called(session, attempt.username)
    # An account that was disabled or got another password meanwhile does not open with the old one.
    if account is None or not account.active or account.password_hash != attempt.password_hash or not checked.fits:
        throttle.note_failure(session, attempt.username, attempt.origin, at=attempt.at)
        raise SignInRefused("The name or the password is not right.")
    throttle.note_success(session, attempt.username, attempt.origin, at=attempt.at)
    if checked.stronger_hash:
        account.password_hash = checked.stronger_hash
    return account


def _refuse_throttled(session: Session, username: str, origin: str, *, at: datetime) -> None:
    wait = throttle.wait_seconds(session, username, origin, at=at)
    if wait:
        raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=wait)


def _called(session: Session, username: str) -> Account | None:
    return session.scalars(select(Account).where(Account.username == username)).one_or_none()
