"""How does what arrives on the bus get its effect?

One message, one transaction: taken, committed, only then acknowledged and answered. A message whose transaction fails stays
in hand and is tried again, so that an outage of the database changes neither the order nor the number of anything.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sync import streams
from sync.carriers.bus import EXPIRES_SECONDS, Bus, Delivery
from sync.errors import BusUnavailable
from sync.lanes import WHOLE, Share
from sync.mailbox.asking import seal_answer
from sync.mailbox.inbox import Inbox, Reply
from sync.messages.beacon import Position, seal_position
from sync.messages.signing import KeyRing, Signer
from sync.running import counting

# How often a message may fail for a reason other than an absent database.
MAX_ATTEMPTS = 3

_TRANSIENT = (OperationalError, InterfaceError)
_journal = structlog.get_logger(__name__)


class Consumer:
    """Takes what arrives for one party, a message at a time."""

    def __init__(
        self,
        *,
        party: str,
        sessions: "sessionmaker[Session]",
        inbox: Inbox,
        bus: Bus,
        keys: KeyRing,
        signer: Signer,
        share: Share = WHOLE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`keys` are the public keys of the others, `signer` has this party's own; `bus` brings what is of `share`."""
        self._party = party
        self._sessions = sessions
        self._inbox = inbox
        self._bus = bus
        self._keys = keys
        self._signer = signer
        self._share = share
        self._now = now
        self._in_hand: Delivery | None = None
        self._attempts = 0
        self._reported = False

    def step(self, *, seconds: float) -> bool:
        """Takes the next message, waiting up to `seconds` for one; says whether there was one.

        Raises what the database raises, and `BusUnavailable`; the next step tries the same message again.
        """
        if not self._reported:
            self._report()
            self._reported = True
        if self._in_hand is None:
            self._in_hand = self._bus.receive(seconds=seconds)
            self._attempts = 0
        if self._in_hand is None:
            return False
        reply = self._take(self._in_hand)
        delivery, self._in_hand = self._in_hand, None
        delivery.acknowledge()
        if reply is not None:
            self._answer(reply)
        return True

    def _report(self) -> None:
        """Asks every writer for a beacon: what this reader had in hand when it last ended may be lost."""
        with self._sessions() as session:
            positions = self._inbox.positions(session)
        for position in positions:
            if self._share.has(position.stream):
                self._send(position)

    def _answer(self, reply: Reply) -> None:
        """Answers the writer. An answer that does not get through is overtaken by the next, or asked for again."""
        try:
            self._send(reply)
        except BusUnavailable as error:
            _journal.warning("answer_lost", stream=reply.stream, reason=str(error))

    def _send(self, reply: Reply) -> None:
        key = self._signer.key
        raw = seal_position(reply, key) if isinstance(reply, Position) else seal_answer(reply, key)
        self._bus.publish(raw, to=streams.writer_of(reply.stream), expires_seconds=EXPIRES_SECONDS)

    def _take(self, delivery: Delivery) -> Reply | None:
        raw, account = delivery.body, delivery.account
        counting.TAKEN_BYTES.inc(len(raw))
        try:
            with counting.TAKING.time(), self._sessions.begin() as session:
                return self._inbox.receive(session, raw, receiver=self._party, keys=self._keys, at=self._now(), account=account)
        except _TRANSIENT:
            raise
        except Exception:
            self._attempts += 1
            if self._attempts < MAX_ATTEMPTS:
                raise
            # Its stream stays where it is and will be sent again; the other streams must not wait for it.
            _journal.exception("message_given_up", attempts=self._attempts, size_bytes=len(raw))
            return None
