"""How does what arrives on the bus get its effect?

One message, one transaction: taken, committed, only then acknowledged and answered. Batches that arrived meanwhile and go on
from each other are taken as one. What a transaction fails with stays in hand and is tried again, so that an outage of the
database changes neither the order nor the number of anything.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sync import streams
from sync.carriers.bus import EXPIRES_SECONDS, PREFETCH, Bus, Delivery
from sync.errors import BusUnavailable
from sync.lanes import WHOLE, Share
from sync.mailbox.applying import Unapplied
from sync.mailbox.asking import seal_answer
from sync.mailbox.inbox import Inbox, KeysIn, Reply
from sync.messages.beacon import Position, seal_position
from sync.messages.message import Arrived
from sync.messages.signing import Signer
from sync.running import counting

# How often a message may fail for a reason other than an absent database.
MAX_ATTEMPTS = 3
# How long to look for a message that has arrived while others were taken.
_LOOK_SECONDS = 0.001

_TRANSIENT = (OperationalError, InterfaceError)
_journal = structlog.get_logger(__name__)


class Consumer:
    """Takes what arrives for one party, a step at a time."""

    def __init__(
        self,
        *,
        party: str,
        sessions: "sessionmaker[Session]",
        inbox: Inbox,
        bus: Bus,
        keys: KeysIn,
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
        self._in_hand: list[Delivery] = []
        self._attempts = 0
        self._reported = False

    def step(self, *, seconds: float) -> bool:
        """Takes the next message, waiting up to `seconds` for one, and what goes on from it; says whether there was one.

        Raises what the database raises, and `BusUnavailable`; the next step tries the same again.
        """
        if not self._reported:
            self._report()
            self._reported = True
        if not self._in_hand and not self._wait(seconds):
            return False
        taken, reply = self._take()
        self._attempts = 0
        self._in_hand = [delivery for delivery in self._in_hand if delivery not in taken]
        for delivery in taken:
            delivery.acknowledge()
        if reply is not None:
            self._answer(reply)
        # Here nobody waits for that, as somebody would before the first message was taken.
        while len(self._in_hand) < PREFETCH and self._wait(_LOOK_SECONDS):
            pass
        return True

    def _wait(self, seconds: float) -> bool:
        delivery = self._bus.receive(seconds=seconds)
        if delivery is not None:
            self._in_hand.append(delivery)
        return delivery is not None

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

    def _take(self) -> tuple[list[Delivery], Reply | None]:
        """Takes the first that is in hand, and those with it that go on from it; gives which, and what to answer."""
        # What failed once is tried alone: another message may have been the reason.
        tried = self._in_hand[:1] if self._attempts else self._in_hand
        arrived = [Arrived(delivery.body, delivery.account) for delivery in tried]
        try:
            with counting.TAKING.time():
                places, reply = self._take_run(arrived)
        except _TRANSIENT:
            raise
        except Exception:
            self._attempts += 1
            if self._attempts < MAX_ATTEMPTS:
                raise
            # Its stream stays where it is and will be sent again; the other streams must not wait for it.
            _journal.exception("message_given_up", attempts=self._attempts, size_bytes=len(arrived[0].raw))
            places, reply = [0], None
        taken = [tried[place] for place in places]
        counting.TAKEN_BYTES.inc(sum(len(delivery.body) for delivery in taken))
        return taken, reply

    def _take_run(self, arrived: Sequence[Arrived]) -> tuple[Sequence[int], Reply | None]:
        """Takes the run at the head of what has `arrived`: carefully only where something in it fails, which is rare."""
        try:
            return self._receive_run(arrived, carefully=False)
        except Unapplied:
            return self._receive_run(arrived, carefully=True)

    def _receive_run(self, arrived: Sequence[Arrived], *, carefully: bool) -> tuple[Sequence[int], Reply | None]:
        at = self._now()
        with self._sessions.begin() as session:
            return self._inbox.receive_run(session, arrived, receiver=self._party, keys=self._keys, carefully=carefully, at=at)
