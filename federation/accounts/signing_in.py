"""Is this really that person?

Checking a password takes a while on purpose, and nobody else is to wait for the database meanwhile. So signing in has three
steps: `begin` looks up what is known and writes nothing, `Attempt.check` needs no database, `finish` writes down how it ended.

What was tried is counted by a keyed hash of what was typed, and from where: from a browser that the account was signed in to
with before, those of that browser alone. So nobody keeps somebody else out by guessing for them.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from federation.accounts.finding import account_called, normal_identifier
from federation.accounts.hashing import keyed_hash
from federation.accounts.models import Account, Outcome, SecurityEventKind, SignInAttempt
from federation.accounts.security_events import note
from federation.accounts.visits import Visit
from federation.errors import SignInRefused, SignInThrottled
from federation.settings import Settings
from sync.accounts import attempt as attempts
from sync.accounts import passwords
from sync.accounts.passwords import Checked
from sync.accounts.throttling import Throttle
from sync.accounts.usernames import LONGEST_USERNAME

throttle = Throttle(SignInAttempt)


@dataclass(frozen=True)
class Attempt(attempts.Attempt):
    """Somebody says that they are whom the account is for, if there is one."""

    account_id: uuid.UUID | None
    visit: Visit


def begin(session: Session, identifier: str, *, visit: Visit, settings: Settings, at: datetime) -> Attempt:
    """What is known of a username, volunteer ID, telephone number or e-mail address; raises `SignInThrottled`.

    Nothing is written, and the caller ends the transaction.
    """
    name = _counted_name(identifier, settings)
    origin = _counted_origin(session, name, visit, at=at)
    _refuse_throttled(session, name, origin, at=at)
    # Made first, so that the first attempt of a process takes as long whether or not there is such an account.
    decoy = passwords.decoy_hash()
    account = account_called(session, identifier, settings)
    return Attempt(name, origin, at, account.password_hash if account else decoy, account.id if account else None, visit)


def finish(session: Session, attempt: Attempt, checked: Checked) -> Account:
    """The account; raises `SignInRefused`, or `SignInThrottled` where others failed meanwhile.

    A refusal is written down, too: the caller commits either way.
    """
    _refuse_throttled(session, attempt.username, attempt.origin, at=attempt.at)
    account = session.get(Account, attempt.account_id, populate_existing=True) if attempt.account_id else None
    # An account that was disabled or got another password meanwhile does not open with the old one.
    if account is None or not account.active or account.password_hash != attempt.password_hash or not checked.fits:
        _note_failure(session, attempt.username, attempt.origin, account, by="pwd", visit=attempt.visit, at=attempt.at)
        raise SignInRefused("The name or the password is not right.")
    throttle.note_success(session, attempt.username, attempt.origin, at=attempt.at)
    remember_device(session, attempt.username, attempt.visit, at=attempt.at)
    if checked.stronger_hash:
        account.password_hash = checked.stronger_hash
    return account


def take_second_factor(
    session: Session, account: Account, take: Callable[[], None], *, by: str, visit: Visit, at: datetime
) -> None:
    """Lets `take` see whether what somebody shows beside the password is right; raises `SignInRefused` or `SignInThrottled`.

    A refusal is written down, too: the caller commits either way.
    """
    name = f"otp:{account.id}"
    origin = _counted_origin(session, name, visit, at=at)
    _refuse_throttled(session, name, origin, at=at)
    try:
        take()
    except SignInRefused:
        _note_failure(session, name, origin, account, by=by, visit=visit, at=at)
        raise
    throttle.note_success(session, name, origin, at=at)
    remember_device(session, name, visit, at=at)


def remember_device(session: Session, name: str, visit: Visit, *, at: datetime) -> None:
    """From now on this browser is known to be of whom the account is for."""
    if visit.device:
        throttle.note_success(session, name, visit.device, at=at)


def _note_failure(
    session: Session, name: str, origin: str, account: Account | None, *, by: str, visit: Visit, at: datetime
) -> None:
    throttle.note_failure(session, name, origin, at=at)
    refused = Outcome.REFUSED
    note(session, SecurityEventKind.SIGNED_IN, account=account, outcome=refused, at=at, **visit.told, methods=by)
    if throttle.wait_seconds(session, name, origin, at=at):
        note(session, SecurityEventKind.THROTTLED, account=account, outcome=refused, at=at, **visit.told, methods=by)


def _refuse_throttled(session: Session, name: str, origin: str, *, at: datetime) -> None:
    wait = throttle.wait_seconds(session, name, origin, at=at)
    if wait:
        raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=wait)


def _counted_name(identifier: str, settings: Settings) -> str:
    return keyed_hash(settings.accounts_key, "signing in", normal_identifier(identifier))[:LONGEST_USERNAME]


def _counted_origin(session: Session, name: str, visit: Visit, *, at: datetime) -> str:
    device = visit.device
    return device if device and throttle.is_known(session, name, device, at=at) else visit.origin
