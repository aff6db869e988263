"""How do messages leave the outbox?"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from federation.accounts.addresses import AddressKind
from federation.accounts.sending.mail import MailSender
from federation.accounts.sending.models import LONGEST_REASON, OutgoingMessage
from federation.accounts.sending.outbox import Message, unseal
from federation.accounts.sending.text_messages import TextMessageSender
from federation.errors import SendingFailed
from federation.settings import Settings

_LOOK_SECONDS = 0.5
_FIRST_PAUSE = timedelta(seconds=2)
# That there was a message is kept this long, for whoever wants to know why one did not come.
_KEPT_FOR = timedelta(days=7)

_journal = structlog.stdlib.get_logger(__name__)


class Sender(Protocol):
    """What hands a message to somebody outside who carries it."""

    def send(self, message: Message, *, nonce: str, at: datetime) -> None:
        """Hands it over; raises `SendingFailed`."""


class Delivering:
    """Sends what is in the outbox, one message after another, and looks again every moment."""

    def __init__(
        self, settings: Settings, sessions: "sessionmaker[Session]", *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings, self._sessions, self._now = settings, sessions, now
        self._ways = senders(settings)

    def step(self, stop: threading.Event) -> None:
        """Sends the message that is due longest, or waits a moment."""
        with self._sessions.begin() as session:
            found = bool(self._ways) and deliver_next(session, self._ways, settings=self._settings, at=self._now())
        if not found:
            stop.wait(_LOOK_SECONDS)

    def close(self) -> None:
        """Holds nothing."""


def senders(settings: Settings) -> Mapping[AddressKind, Sender]:
    """The ways for messages that the settings name."""
    found: dict[AddressKind, Sender] = {}
    if settings.mail:
        found[AddressKind.EMAIL] = MailSender(settings.mail)
    if settings.text_messages:
        found[AddressKind.PHONE] = TextMessageSender(settings.text_messages)
    return found


def deliver_next(session: Session, ways: Mapping[AddressKind, Sender], *, settings: Settings, at: datetime) -> bool:
    """Sends the message that is due longest, and forgets what is too old; whether there was one. The caller commits.

    A message that is sent just before the program dies is sent a second time.
    """
    row = OutgoingMessage
    session.execute(delete(row).where(row.written_at <= at - _KEPT_FOR))
    due = select(row).where(row.next_at <= at, row.kind.in_(list(ways)))
    outgoing = session.scalars(due.order_by(row.next_at).limit(1).with_for_update(skip_locked=True)).one_or_none()
    if outgoing is None:
        return False
    if outgoing.expires_at <= at or outgoing.sealed is None:
        outgoing.sealed, outgoing.next_at = None, None
        return True
    outgoing.tries += 1
    try:
        ways[outgoing.kind].send(unseal(outgoing.sealed, settings), nonce=str(outgoing.id), at=at)
    except SendingFailed as failure:
        outgoing.failure = str(failure)[:LONGEST_REASON]
        outgoing.next_at = at + _FIRST_PAUSE * 2 ** (outgoing.tries - 1)
        _journal.warning("message not sent", message=str(outgoing.id), tries=outgoing.tries, reason=outgoing.failure)
    else:
        outgoing.sent_at, outgoing.sealed, outgoing.next_at = at, None, None
    return True
