"""May somebody try again to sign in?

Failures are counted in the database, so that several web processes throttle together. Who guesses is to be slow; but nobody
may keep somebody else out by guessing for them. So the narrow limit is on one name from one address, and only there. The
wide ones, on an address and on a name, stand against whoever tries many names or comes from many addresses; they do not hold
where the account was signed in to from that address before.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, String, and_, delete, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.accounts.usernames import LONGEST_USERNAME
from sync.databases.columns import UtcDateTime

WINDOW = timedelta(minutes=15)
FAILURES_PER_NAME_AND_ADDRESS = 5
FAILURES_PER_ADDRESS = 30
FAILURES_PER_NAME = 100
KNOWN_FOR = timedelta(days=90)


def seconds_to_wait(session: Session, moment: Any, *counted: ColumnElement[bool], most: int, at: datetime) -> int:
    """How long until there may be one more, where of what is `counted` only so many may be within a window; 0 where it may now.

    `moment` is the column that says when each was.
    """
    recent = select(moment).where(*counted, moment > at - WINDOW).order_by(moment.desc())
    # The last that was free is gone until this one no longer counts.
    decisive = session.scalar(recent.offset(most - 1).limit(1))
    return 0 if decisive is None else max(1, int((decisive + WINDOW - at).total_seconds()))


class SignInAttemptColumns:
    """An attempt to sign in: a failure, kept as long as it counts, or the last success of a name from one origin."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME))
    origin: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    succeeded: Mapped[bool] = mapped_column(Boolean)


class Throttle:
    """Counts the attempts to sign in to one side's accounts."""

    def __init__(self, attempts: type[SignInAttemptColumns]) -> None:
        """They are kept in the table `attempts`."""
        self._attempts: Any = attempts.__table__  # type: ignore[attr-defined]

    def wait_seconds(self, session: Session, username: str, origin: str, *, at: datetime) -> int:
        """How long until somebody at `origin` may try `username`; 0 where they may now. Nothing is written."""
        attempt = self._attempts.c
        this_name, from_here = attempt.username == username, attempt.origin == origin
        limits = [(and_(this_name, from_here), FAILURES_PER_NAME_AND_ADDRESS)]
        if not self.is_known(session, username, origin, at=at):
            limits += [(from_here, FAILURES_PER_ADDRESS), (this_name, FAILURES_PER_NAME)]
        for which, limit in limits:
            if wait := seconds_to_wait(session, attempt.at, which, ~attempt.succeeded, most=limit, at=at):
                return wait
        return 0

    def is_known(self, session: Session, username: str, origin: str, *, at: datetime) -> bool:
        """Whether somebody at `origin` has signed in as `username` of late."""
        attempt = self._attempts.c
        this_one = (attempt.username == username, attempt.origin == origin, attempt.succeeded, attempt.at > at - KNOWN_FOR)
        return session.scalar(select(attempt.id).where(*this_one).limit(1)) is not None

    def note_failure(self, session: Session, username: str, origin: str, *, at: datetime) -> None:
        """Counts a failure, and forgets what no longer counts."""
        self._forget_what_is_over(session, at=at)
        self._note(session, username, origin, at=at, succeeded=False)

    def note_success(self, session: Session, username: str, origin: str, *, at: datetime) -> None:
        """Remembers that the account was signed in to from there, and forgets its failures from there."""
        self._forget_what_is_over(session, at=at)
        attempt = self._attempts.c
        session.execute(delete(self._attempts).where(attempt.username == username, attempt.origin == origin))
        self._note(session, username, origin, at=at, succeeded=True)

    def _note(self, session: Session, username: str, origin: str, *, at: datetime, succeeded: bool) -> None:
        session.execute(insert(self._attempts).values(username=username, origin=origin, at=at, succeeded=succeeded))

    def _forget_what_is_over(self, session: Session, *, at: datetime) -> None:
        attempt = self._attempts.c
        failed_long_ago = and_(~attempt.succeeded, attempt.at <= at - WINDOW)
        session.execute(delete(self._attempts).where(or_(failed_long_ago, attempt.at <= at - KNOWN_FOR)))
