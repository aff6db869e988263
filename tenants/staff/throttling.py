"""May somebody try again to sign in?

Failures are counted in the database, so that several web processes throttle together. Who guesses is to be slow; but nobody
may keep a member of staff out by guessing for them. So the narrow limit is on one name from one address, and only there. The
wide ones, on an address and on a name, stand against whoever tries many names or comes from many addresses; they do not hold
where the account was signed in to from that address before.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from tenants.errors import SignInThrottled
from tenants.staff.models import SignInAttempt

WINDOW = timedelta(minutes=15)
FAILURES_PER_NAME_AND_ADDRESS = 5
FAILURES_PER_ADDRESS = 30
FAILURES_PER_NAME = 100
KNOWN_FOR = timedelta(days=90)


def refuse_throttled(session: Session, username: str, origin: str, *, at: datetime) -> None:
    """Raises `SignInThrottled` where too many attempts have failed. Nothing is written."""
    this_name, from_here = SignInAttempt.username == username, SignInAttempt.origin == origin
    limits = [(and_(this_name, from_here), FAILURES_PER_NAME_AND_ADDRESS)]
    known = select(SignInAttempt.id).where(this_name, from_here, SignInAttempt.succeeded, SignInAttempt.at > at - KNOWN_FOR)
    if session.scalar(known) is None:
        limits += [(from_here, FAILURES_PER_ADDRESS), (this_name, FAILURES_PER_NAME)]
    for which, limit in limits:
        failures = select(SignInAttempt.at).where(which, ~SignInAttempt.succeeded, SignInAttempt.at > at - WINDOW)
        # The last attempt that is still free is gone until this one no longer counts.
        decisive = session.scalar(failures.order_by(SignInAttempt.at.desc()).offset(limit - 1).limit(1))
        if decisive is not None:
            wait = (decisive + WINDOW - at).total_seconds()
            raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=max(1, int(wait)))


def note_failure(session: Session, username: str, origin: str, *, at: datetime) -> None:
    """Counts a failure, and forgets what no longer counts."""
    _forget_what_is_over(session, at=at)
    session.add(SignInAttempt(username=username, origin=origin, at=at, succeeded=False))


def note_success(session: Session, username: str, origin: str, *, at: datetime) -> None:
    """Remembers that the account was signed in to from there, and forgets its failures from there."""
    _forget_what_is_over(session, at=at)
    here = and_(SignInAttempt.username == username, SignInAttempt.origin == origin)
    session.execute(delete(SignInAttempt).where(here))
    session.add(SignInAttempt(username=username, origin=origin, at=at, succeeded=True))


def _forget_what_is_over(session: Session, *, at: datetime) -> None:
    failed_long_ago = and_(~SignInAttempt.succeeded, SignInAttempt.at <= at - WINDOW)
    session.execute(delete(SignInAttempt).where(or_(failed_long_ago, SignInAttempt.at <= at - KNOWN_FOR)))
