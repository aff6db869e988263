"""Is this the hub's operator?

There is one secret, in the settings. Failures are counted in the database, so that several web processes count together, and
against the address that they come from: nobody keeps the operator out by guessing elsewhere.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.errors import SignInRefused, SignInThrottled
from federation.operators.models import OperatorAttempt
from sync.origins import origin_of

WINDOW = timedelta(minutes=15)
FAILURES_PER_ADDRESS = 10


def check(session: Session, given: str, *, token: str, address: str, at: datetime) -> None:
    """Raises `SignInRefused` unless `given` is the operator's `token`, or `SignInThrottled`. Nothing is written."""
    attempt = OperatorAttempt
    failures = select(attempt.at).where(attempt.origin == origin_of(address), attempt.at > at - WINDOW)
    # The last attempt that was still free is gone until this one no longer counts.
    decisive = session.scalar(failures.order_by(attempt.at.desc()).offset(FAILURES_PER_ADDRESS - 1).limit(1))
    if decisive is not None:
        wait = (decisive + WINDOW - at).total_seconds()
        raise SignInThrottled("Too many attempts. Wait a while and try again.", retry_after_seconds=max(1, int(wait)))
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise SignInRefused("This is not the operator's secret.")


def note_failure(session: Session, *, address: str, at: datetime) -> None:
    """Counts a failure, and forgets what no longer counts."""
    session.execute(delete(OperatorAttempt).where(OperatorAttempt.at <= at - WINDOW))
    session.add(OperatorAttempt(origin=origin_of(address), at=at))
