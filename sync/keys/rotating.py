"""How does a side come to sign with another key while it runs?

The next key waits in a file beside the one in use, and nothing else has to be remembered: at intervals it is asked what the
other side knows of both keys, and the next step is taken. One that was cut short is taken again.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog
from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session, sessionmaker

from sync.databases.glancing import glance
from sync.keys.key_files import KeyFiles
from sync.messages.signing import Signer

EVERY_SECONDS = 2.0
GRACE = timedelta(days=1)
"""How long a key counts after it was replaced: what it has signed may still wait on the bus, or for a hub that is away."""

_AFTER_FAILURE_SECONDS = 60.0
_journal = structlog.get_logger(__name__)


class Agreed(StrEnum):
    """What the two sides have come to about a key."""

    SETTLED = "settled"
    """Nothing is to be done."""
    UNTOLD = "untold"
    """The other side is still to be told of the next key, or that the one in use is."""
    WAITING = "waiting"
    """The other side was told of the next key, and has not said that it takes it."""
    TAKEN = "taken"
    """The other side takes what the next key signs."""
    ENDED = "ended"
    """The other side has said that the key in question counts no more."""


class Agreement(Protocol):
    """How a side comes to terms with the other one about its key in use, and the next one where there is one."""

    def state(self, session: Session, key: OKPKey, next_key: OKPKey | None, *, at: datetime) -> Agreed:
        """How far the two sides are at that moment; only reads."""

    def announce(self, session: Session, key: OKPKey, next_key: OKPKey | None) -> None:
        """Tells the other side what it was not told."""


class Rotation:
    """Exchanges a side's key when the other side takes the next one."""

    def __init__(
        self,
        signer: Signer,
        agreement: Agreement,
        *,
        files: KeyFiles | None,
        sessions: "sessionmaker[Session]",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`files` is None where the key is no file; then it stays, and the other side is only told that it is in use."""
        self._signer = signer
        self._agreement = agreement
        self._files = files
        self._sessions = sessions
        self._now = now
        self._clock = clock
        self._due = clock()
        self._said: str | None = None

    def step(self) -> None:
        """Takes the next step where one is due; raises what the database raises."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + EVERY_SECONDS
        next_key = self._files.next_key() if self._files else None
        if self._files:
            # An operator may have put another one there.
            self._signer.key = self._files.current_key() or self._signer.key
        # Mostly nothing is to be done, and nobody else who writes should wait for that.
        with glance(self._sessions) as session:
            agreed = self._agreement.state(session, self._signer.key, next_key, at=self._now())
        if agreed is Agreed.UNTOLD:
            with self._sessions.begin() as session:
                self._agreement.announce(session, self._signer.key, next_key)
        self._tell(agreed, next_key or self._signer.key)
        if self._files:
            self._arrange(self._files, agreed)

    def _arrange(self, files: KeyFiles, agreed: Agreed) -> None:
        try:
            if agreed is Agreed.TAKEN:
                self._signer.key = files.exchange(at=self._now())
                # The other side learns of it at once.
                self._due = self._clock()
                _journal.info("signing_key_exchanged", key_id=self._signer.key.kid)
            files.forget_old(before=self._now() - GRACE)
        except OSError as error:
            self._due = self._clock() + _AFTER_FAILURE_SECONDS
            _journal.error("signing_key_not_exchanged", reason=error.strerror, remedy="Free the folder of the key's file.")

    def _tell(self, agreed: Agreed, key: OKPKey) -> None:
        """Says once that a key counts no more: what it signs is refused, and no answer will ever say so."""
        said = f"{agreed} {key.kid}"
        if agreed is Agreed.ENDED and said != self._said:
            _journal.error(
                "signing_key_ended",
                key_id=key.kid,
                remedy="The other side refuses what it signs. Put the newest key there, or have its operator add one.",
            )
        self._said = said
