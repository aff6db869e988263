"""How does what stands in the log get onto the bus?

The relay sends each stream from where its reader is known to stand, and goes back when the reader turns out to lack
something. What it has sent it only remembers: one that starts anew, or a second one by mistake, sends some batches again,
which changes nothing at the reader. What is committed while nothing moves is sent at once. After many events it lets others
gather for a moment: whatever is done once for each batch, at both ends, is then done for more of them.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from sync import streams
from sync.carriers.bus import EXPIRES_SECONDS, Bus
from sync.databases.glancing import glance
from sync.lanes import WHOLE, Share
from sync.mailbox.asking import seal_question
from sync.mailbox.log import PARTED, Head, Log
from sync.mailbox.recovery import Recovery
from sync.messages.batch import seal_batch
from sync.messages.beacon import Beacon, Verdict, seal_beacon
from sync.messages.signing import Signer
from sync.running import counting

WINDOW_BATCHES = 50
# Of one stream, before it is another's turn and the heads are looked at again.
BATCHES_AT_ONCE = 4
# Each of a hundred batches behind a hole reports the hole; one beacon answers them all.
BEACON_PAUSE_SECONDS = 0.5
QUESTION_PAUSE_SECONDS = 2.0
# What was just sent keeps the next batch back for as long as it would have taken to come at this pace, and never longer than
# this. A reader spends on a batch, whatever its size, what two hundred events cost it.
GATHER_PER_SECOND = 4_000
GATHER_SECONDS = 0.1

# A reader that reports a hole takes nothing before the hole is filled; the others are for recovery to end.
_HOLDING = PARTED | {Verdict.GAP}


@dataclass
class _Sending:
    """How far one stream has been sent. `unanswered` holds the last sequence of each batch without an answer so far.

    `asked` is the step of recovery (`Head.recovery`) that was asked about, which is asked again at `ask_at`.
    """

    epoch: int
    sent: int
    rewinds: int
    gaps: int
    beacon_at: float
    lit_at: float = float("-inf")
    asked: bytes | None = None
    ask_at: float = float("inf")
    unanswered: deque[int] = field(default_factory=deque)


class Relay:
    """Sends one side's streams, a round at a time."""

    def __init__(
        self,
        *,
        sessions: "sessionmaker[Session]",
        log: Log,
        recovery: Recovery,
        bus: Bus,
        signer: Signer,
        beacon_seconds: float,
        share: Share = WHOLE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Streams of other shares than `share` are another process's to send.

        `now` is what beacons say; `clock` is what they are lit by, which no change of the former can stop.
        """
        self._sessions = sessions
        self._log = log
        self._recovery = recovery
        self._bus = bus
        self._signer = signer
        self._beacon_seconds = beacon_seconds
        self._share = share
        self._now = now
        self._clock = clock
        self._sending: dict[str, _Sending] = {}
        self._gather_seconds = 0.0

    def step(self) -> bool:
        """Sends the next batches of every stream that has some, and the beacons that are due; says whether it sent any.

        Raises what the database raises, and `BusUnavailable`; the next step goes on from there.
        """
        # Before the heads are read: a beacon must not claim completeness for a moment after that.
        at = self._now()
        sent, more = 0, False
        with glance(self._sessions) as session:
            for head in self._log.heads(session):
                if not self._share.has(head.stream):
                    continue
                sending = self._follow(head)
                if self._clock() >= sending.beacon_at:
                    self._light(session, head, sending, at)
                if head.recovery != sending.asked or self._clock() >= sending.ask_at:
                    self._ask(session, head, sending)
                sent += self._send_some(session, head, sending)
                more |= self._may_send(head, sending)
        self._gather_seconds = 0.0 if more else min(sent / GATHER_PER_SECOND, GATHER_SECONDS)
        return sent > 0

    def seconds_to_gather(self) -> float:
        """How long to let events gather after the last step: the longer the more it sent, unless it left some behind."""
        return self._gather_seconds

    def seconds_to_beacon(self) -> float:
        """How long the relay may sleep when nothing happens: until the next beacon, or the next repeated question."""
        soonest = min((min(sending.beacon_at, sending.ask_at) for sending in self._sending.values()), default=float("inf"))
        return max(0.0, soonest - self._clock())

    def _follow(self, head: Head) -> _Sending:
        """What is remembered of a stream, after what its reader has said since."""
        sending = self._sending.get(head.stream)
        if sending is None or sending.epoch != head.epoch:
            sending = _Sending(head.epoch, head.peer_sequence, head.rewinds, head.gaps, beacon_at=self._clock())
            self._sending[head.stream] = sending
        if head.rewinds != sending.rewinds:
            sending.rewinds = head.rewinds
            sending.sent = head.peer_sequence
            sending.unanswered.clear()
        sending.sent = max(sending.sent, head.peer_sequence)
        while sending.unanswered and sending.unanswered[0] <= head.peer_sequence:
            sending.unanswered.popleft()
        if head.gaps != sending.gaps:
            sending.gaps = head.gaps
            sending.beacon_at = min(sending.beacon_at, sending.lit_at + BEACON_PAUSE_SECONDS)
        return sending

    def _may_send(self, head: Head, sending: _Sending) -> bool:
        has_more = sending.sent < head.sequence
        return has_more and head.peer_verdict not in _HOLDING and len(sending.unanswered) < WINDOW_BATCHES

    def _send_some(self, session: Session, head: Head, sending: _Sending) -> int:
        """Sends the next few batches; gives how many events they hold."""
        sent = 0
        for _ in range(BATCHES_AT_ONCE):
            if not self._may_send(head, sending) or not (count := self._send(session, head, sending)):
                break
            sent += count
        return sent

    def _send(self, session: Session, head: Head, sending: _Sending) -> int:
        """Sends the next batch; gives how many events it holds."""
        batch = self._log.read(session, head.stream, epoch=head.epoch, after=sending.sent)
        if batch is None:
            return 0
        raw = seal_batch(batch, self._signer.key)
        with counting.PUBLISHING.time():
            self._bus.publish(raw, to=streams.reader_of(head.stream))
        counting.PUBLISHED_BATCHES.inc()
        counting.PUBLISHED_EVENTS.inc(batch.count)
        counting.PUBLISHED_BYTES.inc(len(raw))
        sending.sent = batch.last
        sending.unanswered.append(batch.last)
        return batch.count

    def _light(self, session: Session, head: Head, sending: _Sending, at: datetime) -> None:
        beacon = Beacon(
            stream=head.stream,
            epoch=head.epoch,
            sequence=head.sequence,
            hash=head.hash.hex(),
            sent=sending.sent,
            root=self._log.root(session, head),
            lit_at=at,
        )
        self._bus.publish(
            seal_beacon(beacon, self._signer.key), to=streams.reader_of(head.stream), expires_seconds=EXPIRES_SECONDS
        )
        sending.lit_at = self._clock()
        sending.beacon_at = sending.lit_at + self._beacon_seconds

    def _ask(self, session: Session, head: Head, sending: _Sending) -> None:
        """Asks what the stream's recovery waits for; where it waits for nothing any more, that is remembered."""
        ask_again_at = float("inf")
        if head.recovery is not None:
            raw = seal_question(self._recovery.question(session, head), self._signer.key)
            self._bus.publish(raw, to=streams.reader_of(head.stream), expires_seconds=EXPIRES_SECONDS)
            ask_again_at = self._clock() + QUESTION_PAUSE_SECONDS
        # Only now: a question that the bus did not take is still due.
        sending.asked, sending.ask_at = head.recovery, ask_again_at
