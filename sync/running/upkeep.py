"""What does a side do from time to time, beside sending and receiving?"""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

EVERY_SECONDS = 3600.0

Tidy = Callable[[Session], None]


class Upkeep:
    """Lets a side forget what it has kept long enough, in a transaction of its own: at the start, and then once an hour."""

    def __init__(self, sessions: "sessionmaker[Session]", tidy: Tidy, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._tidy = tidy
        self._clock = clock
        self._due = clock()

    def step(self) -> None:
        """Does it where it is due."""
        if self._clock() < self._due:
            return
        # Also where it fails: what is an hour late does no harm, and nothing that is sent should wait for it.
        self._due = self._clock() + EVERY_SECONDS
        with self._sessions.begin() as session:
            self._tidy(session)
