"""Do writer and reader end in the same place, however badly the bus behaves on the way?"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import streams
from sync.messages.signing import Signer
from sync.running.consumer import Consumer
from sync.running.relay import Relay
from sync.testing import BadWeather
from tests.support.sides import Ring, Side, open_side

UP = streams.up("futian")
BEACON_SECONDS = 5.0


class City:
    """One district and the hub. Each works when it is told to; when it starts anew it knows only what is in its database."""

    def __init__(self, weather: BadWeather) -> None:
        ring = Ring()
        self.seconds = 0.0
        self.weather = weather
        self.futian = open_side("sqlite://", "futian", ring=ring, writes=[UP])
        self.hub = open_side("sqlite://", streams.HUB, ring=ring, reads=[UP])
        self.announced = 0
        self.start_district()
        self.start_hub()

    def start_district(self) -> None:
        self.relay = self._relay(self.futian)
        self.hearing = self._consumer(self.futian)

    def start_hub(self) -> None:
        self.reading = self._consumer(self.hub)

    def announce(self, count: int) -> None:
        self.futian.announce(count, first=self.announced + 1)
        self.announced += count

    def work(self) -> bool:
        """One round of everybody; says whether anybody did something."""
        return any([self.relay.step(), self.reading.step(seconds=0), self.hearing.step(seconds=0)])

    def settle(self) -> None:
        """Works in good weather until a whole interval brings nothing new."""
        self.weather.lose = self.weather.double = self.weather.reorder = 0.0
        for _ in range(4):
            self.seconds += BEACON_SECONDS
            while self.work():
                pass

    def close(self) -> None:
        for side in (self.futian, self.hub):
            side.close()

    def _relay(self, side: Side) -> Relay:
        return Relay(
            sessions=side.sessions,
            log=side.log,
            recovery=side.recovery,
            bus=self.weather.bus(side.party),
            signer=Signer(side.key),
            beacon_seconds=BEACON_SECONDS,
            clock=lambda: self.seconds,
        )

    def _consumer(self, side: Side) -> Consumer:
        return Consumer(
            party=side.party,
            sessions=side.sessions,
            inbox=side.inbox,
            bus=self.weather.bus(side.party),
            keys=side.keys_in,
            signer=Signer(side.key),
        )

    def assert_equal(self) -> None:
        assert self.hub.has_read(self.futian.head())
        assert self.hub.applied() == [("futian", place, f"e{place}") for place in range(1, self.announced + 1)]
        assert self.futian.head().peer_sequence == self.announced


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32),
    lose=st.sampled_from([0.0, 0.1, 0.5]),
    double=st.sampled_from([0.0, 0.3]),
    reorder=st.sampled_from([0.0, 0.3]),
)
def test_all_that_was_announced_is_applied_once(seed: int, lose: float, double: float, reorder: float) -> None:
    city = City(BadWeather(seed=seed, lose=lose, double=double, reorder=reorder))
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    for _ in range(40):
        what = chance.random()
        if what < 0.4:
            city.announce(chance.randint(1, 5))
        elif what < 0.5:
            city.start_hub() if chance.random() < 0.5 else city.start_district()
        elif what < 0.6:
            city.seconds += BEACON_SECONDS
        else:
            city.work()
    city.settle()
    city.assert_equal()
    city.close()


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_any_one_batch_may_be_lost_even_the_last(lost: int) -> None:
    city = City(BadWeather())
    while city.work():
        pass
    for number in range(4):
        city.announce(2)
        city.weather.lose = 1.0 if number == lost else 0.0
        city.relay.step()
        city.weather.lose = 0.0
        while city.work():
            pass
    city.settle()
    city.assert_equal()
    city.close()


def test_a_reader_that_crashed_asks_for_what_it_may_have_lost() -> None:
    city = City(BadWeather())
    while city.work():
        pass
    city.announce(3)
    city.relay.step()
    city.weather.waiting("hub").clear()
    city.start_hub()
    city.seconds += 1.0
    while city.work():
        pass
    city.assert_equal()
    city.close()
