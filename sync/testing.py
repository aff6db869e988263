"""How do the two sides fare on a bus that fails, loses, doubles and reorders on purpose?

For tests of rules, where every fault has to come when it is called for. What the real buses do is tested with those.
"""

import random
from collections import Counter, defaultdict
from functools import partial

from sync.carriers.bus import Delivery
from sync.errors import BusUnavailable, TooLarge
from sync.messages import signing


class BadWeather:
    """Queues in memory between any number of parties. Chances are between 0 and 1; equal seeds give equal faults.

    While it is `down` nobody reaches it, and what waits goes on waiting.
    """

    def __init__(self, *, seed: int = 0, lose: float = 0.0, double: float = 0.0, reorder: float = 0.0) -> None:
        self.lose = lose
        self.double = double
        self.reorder = reorder
        self.down = False
        self._random = random.Random(seed)  # noqa: S311 - chance, no secret
        self._queues: defaultdict[str, list[bytes]] = defaultdict(list)

    def bus(self, party: str) -> "BadBus":
        """The connection of `party`."""
        return BadBus(self, party)

    def waiting(self, party: str) -> list[bytes]:
        """What waits for `party`, the oldest first: a test may look at it, and change it."""
        return self._queues[party]

    def lose_everything(self) -> None:
        """Forgets what waits, for everybody."""
        for queue in self._queues.values():
            queue.clear()

    def carry(self, raw: bytes, to: str) -> None:
        """Puts a message into the queue of `to`: once, twice or never, at its end or anywhere."""
        self.check()
        if self._random.random() < self.lose:
            return
        queue = self._queues[to]
        for _ in range(2 if self._random.random() < self.double else 1):
            last = len(queue)
            queue.insert(self._random.randint(0, last) if self._random.random() < self.reorder else last, raw)

    def check(self) -> None:
        """Raises `BusUnavailable` while the bus is down."""
        if self.down:
            raise BusUnavailable("the weather is bad")


class BadBus:
    """A `Bus` that never waits: where nothing has arrived, `receive` says so at once."""

    def __init__(self, weather: BadWeather, party: str) -> None:
        self._weather = weather
        self._party = party
        self._handed_out: Counter[bytes] = Counter()

    def publish(self, raw: bytes, *, to: str, expires_seconds: float | None = None) -> None:
        """Takes a message, which is no promise here."""
        if len(raw) > signing.MAX_BODY_BYTES:
            raise TooLarge(f"a message of {len(raw)} bytes is over the limit of {signing.MAX_BODY_BYTES}")
        self._weather.carry(raw, to)

    def receive(self, *, seconds: float) -> Delivery | None:
        """The first message that waits and is not handed out; it stays where it is until it is acknowledged."""
        self._weather.check()
        queue = self._weather.waiting(self._party)
        passed: Counter[bytes] = Counter()
        for raw in queue:
            passed[raw] += 1
            if passed[raw] > self._handed_out[raw]:
                self._handed_out[raw] += 1
                return Delivery(raw, partial(self._acknowledge, raw))
        return None

    def keep_alive(self) -> None:
        """Notices that the bus is down."""
        self._weather.check()

    def close(self) -> None:
        """Does nothing."""

    def _acknowledge(self, raw: bytes) -> None:
        self._handed_out[raw] -= 1
        queue = self._weather.waiting(self._party)
        # It may have been lost meanwhile.
        if raw in queue:
            queue.remove(raw)
