"""Is this the hub's operator?

There is one secret, in the settings. Failures are counted in the database, so that several web processes count together, and
against the address that they come from: nobody keeps the operator out by guessing elsewhere.
"""

import hmac
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from federation.errors import SignInRefused, SignInThrottled
from federation.operators.models import OperatorAttempt
from sync.accounts.throttling import WINDOW, seconds_to_wait
from sync.origins import origin_of

FAILURES_PER_ADDRESS = 10


def check(session: Session, given: str, *, token: str, address: str, at: datetime) -> None:
    """Raises `SignInRefused` unless `given` is the operator's `token`, or `SignInThrottled`. Nothing is written."""
    from_there = OperatorAttempt.origin == origin_of(address)
    if wait := seconds_to_wait(session, OperatorAttempt.at, from_there, most=FAILURES_PER_ADDRESS, at=at):
        raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=wait)
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise SignInRefused("This is not the operator's secret.")


def note_failure(session: Session, *, address: str, at: datetime) -> None:
    """Counts a failure, and forgets what no longer counts."""
    session.execute(delete(OperatorAttempt).where(OperatorAttempt.at <= at - WINDOW))
    session.add(OperatorAttempt(origin=origin_of(address), at=at))
