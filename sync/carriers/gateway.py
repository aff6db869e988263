"""How do districts that only know HTTPS come to the hub's bus?

The hub's web process stands for them: what a district has signed it publishes as that district, and what waits for a district
it takes out of that district's queue. Relay and consumer at the hub do not know the difference.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from sync import streams
from sync.carriers import bundle
from sync.carriers.bus import EXPIRES_SECONDS, Delivery, KombuBus
from sync.errors import BusUnavailable, Rejected
from sync.messages import message
from sync.messages.signing import KeyRing

HOLD_SECONDS = 25.0
# A connection that rested for longer may have missed its heartbeats.
IDLE_SECONDS = 20.0

_LOOK_SECONDS = 0.5
_GLANCE_SECONDS = 0.05
_NEXT_SECONDS = 0.005

_journal = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Taken:
    """What waited for a district. What is not acknowledged when it is closed goes back to where it waited.

    `held` says whether the gateway could wait for it; where it could not, the district should ask again after a pause.
    """

    deliveries: Sequence[Delivery]
    held: bool
    close: Callable[[], None]

    @property
    def messages(self) -> list[bytes]:
        """The messages, in their order."""
        return [delivery.body for delivery in self.deliveries]

    def acknowledge(self) -> None:
        """Lets the bus forget the messages. Where it does not hear that, they come again, which changes nothing."""
        try:
            for delivery in self.deliveries:
                delivery.acknowledge()
        except BusUnavailable as error:
            _journal.warning("not_acknowledged", reason=str(error))


class Gateway:
    """The bus at `url` for any number of threads, each of which has a connection while it needs one."""

    def __init__(self, url: str, *, keys: KeyRing, held_polls: int) -> None:
        """`keys` are those of the districts; no more than `held_polls` threads are kept waiting at once."""
        self.keys = keys
        self._url = url
        self._places = threading.BoundedSemaphore(held_polls)
        self._idle: list[tuple[float, KombuBus]] = []
        self._lock = threading.Lock()

    def accept(self, raw: bytes, *, at: datetime) -> None:
        """Hands a district's message on, and waits until the bus has stored it; raises `Rejected` or `BusUnavailable`."""
        try:
            signed = message.take_apart(raw)
            message.verify(signed, receiver=streams.HUB, keys=self.keys, at=at)
        except Rejected as error:
            _journal.warning("message_refused", code=error.code, reason=str(error), size_bytes=len(raw))
            raise
        expires_seconds = None if signed.claims.typ == message.BATCH else EXPIRES_SECONDS
        with self._connection(signed.sender) as bus:
            bus.publish(raw, to=streams.HUB, expires_seconds=expires_seconds)

    def take(self, district: str, *, gone: Callable[[], bool]) -> Taken:
        """What waits for `district`, as soon as something does; raises `BusUnavailable`.

        Waits for `HOLD_SECONDS` at most, until the district is `gone`, or not at all where too many are waited for.
        """
        held = self._places.acquire(blocking=False)
        bus = self._borrow(district)
        try:
            deliveries = _gather(bus, HOLD_SECONDS if held else 0.0, gone)
        except BaseException:
            bus.close()
            raise
        finally:
            if held:
                self._places.release()
        return Taken(deliveries, held, lambda: self._give_back(bus))

    def close(self) -> None:
        """Gives back the connections that nobody needs at present."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, bus in idle:
            bus.close()

    @contextmanager
    def _connection(self, party: str) -> Iterator[KombuBus]:
        bus = self._borrow(party)
        try:
            yield bus
        except BusUnavailable:
            # What ended this connection has ended the others, too.
            self.close()
            raise
        finally:
            self._give_back(bus)

    def _borrow(self, party: str) -> KombuBus:
        rested = time.monotonic() - IDLE_SECONDS
        with self._lock:
            stale = [bus for since, bus in self._idle if since < rested]
            self._idle = [(since, bus) for since, bus in self._idle if since >= rested]
            # The one that was used last: as few as possible are kept busy, and the others are closed in time.
            bus = self._idle.pop()[1] if self._idle else KombuBus(self._url, streams.HUB, prefetch=bundle.MAX_MESSAGES)
        for one in stale:
            one.close()
        bus.turn_to(party)
        return bus

    def _give_back(self, bus: KombuBus) -> None:
        with suppress(BusUnavailable):
            bus.rest()
        with self._lock:
            self._idle.append((time.monotonic(), bus))


def _gather(bus: KombuBus, hold_seconds: float, gone: Callable[[], bool]) -> list[Delivery]:
    first = _await(bus, hold_seconds, gone)
    if first is None:
        return []
    deliveries, size = [first], len(first.body)
    while len(deliveries) < bundle.MAX_MESSAGES and size < bundle.FULL_BYTES:
        delivery = bus.receive(seconds=_NEXT_SECONDS)
        if delivery is None:
            break
        deliveries.append(delivery)
        size += len(delivery.body)
    return [] if gone() else deliveries


def _await(bus: KombuBus, seconds: float, gone: Callable[[], bool]) -> Delivery | None:
    delivery = bus.receive(seconds=min(_LOOK_SECONDS, seconds or _GLANCE_SECONDS))
    ends_at = time.monotonic() + seconds
    while delivery is None and time.monotonic() < ends_at and not gone():
        delivery = bus.receive(seconds=_LOOK_SECONDS)
    return delivery
