"""How do a district and the hub take turns, each by its own clock and in its own version?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED
from sync.messages.signing import Signer
from sync.running.consumer import Consumer
from sync.running.relay import Relay
from sync.testing import BadWeather
from tests.faults.checker import check
from tests.support.sides import AT, Ring, Side, open_side

UP, DOWN = streams.up("futian"), streams.down("futian")
_STEP = timedelta(seconds=30)


@dataclass
class Clock:
    """What a party takes for the time. Its beacons come due by `seconds`, which nobody sets back."""

    at: datetime = AT
    seconds: float = 0.0

    def now(self) -> datetime:
        """The time, as far as the party knows."""
        return self.at

    def go_on(self) -> None:
        """Half a minute passes."""
        self.at += _STEP
        self.seconds += _STEP.total_seconds()


@dataclass
class Pair:
    """A district and the hub on a calm bus."""

    folder: Path
    clocks: dict[str, Clock] = field(default_factory=lambda: {"futian": Clock(), streams.HUB: Clock()})
    _ring: Ring = field(default_factory=Ring)
    _weather: BadWeather = field(default_factory=BadWeather)
    _sides: dict[str, Side] = field(default_factory=dict)

    def __getitem__(self, party: str) -> Side:
        return self._sides[party]

    def install(self, party: str, *, types: Iterable[str] = (HOURS_CERTIFIED,)) -> None:
        """Gives `party` a version that knows events of these `types`; its database and its key stay."""
        writes, reads = (UP, DOWN) if party == "futian" else (DOWN, UP)
        before = self._sides.pop(party, None)
        if before is not None:
            before.close()
        self._sides[party] = open_side(
            f"sqlite:///{self.folder / party}.db",
            party,
            ring=self._ring,
            key=before.key if before else None,
            reads=[reads],
            writes=[writes],
            types=types,
            now=self.clocks[party].now,
        )

    def go_on(self, rounds: int = 12) -> None:
        """Lets both send and receive, while time passes."""
        relays = [self._relay(side) for side in self._sides.values()]
        consumers = [self._consumer(side) for side in self._sides.values()]
        for _ in range(rounds):
            for clock in self.clocks.values():
                clock.go_on()
            for relay in relays:
                relay.step()
            for consumer in consumers:
                while consumer.step(seconds=0):
                    pass

    def check(self) -> None:
        """Nothing was lost, and nothing is there twice."""
        check({party: side.database_url for party, side in self._sides.items()})

    def close(self) -> None:
        """Gives the connections back."""
        for side in self._sides.values():
            side.close()

    def _relay(self, side: Side) -> Relay:
        clock = self.clocks[side.party]
        return Relay(
            sessions=side.sessions,
            log=side.log,
            recovery=side.recovery,
            bus=self._weather.bus(side.party),
            signer=Signer(side.key),
            beacon_seconds=_STEP.total_seconds(),
            now=clock.now,
            clock=lambda: clock.seconds,
        )

    def _consumer(self, side: Side) -> Consumer:
        return Consumer(
            party=side.party,
            sessions=side.sessions,
            inbox=side.inbox,
            bus=self._weather.bus(side.party),
            keys=side.keys_in,
            signer=Signer(side.key),
            now=self.clocks[side.party].now,
        )


@contextmanager
def pair_in(folder: Path) -> Iterator[Pair]:
    """A district and the hub, both of the same version."""
    pair = Pair(folder)
    for party in ("futian", streams.HUB):
        pair.install(party)
    try:
        yield pair
    finally:
        pair.close()
