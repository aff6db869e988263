"""Does the simulation notice when a part of the protocol is missing?"""

import pytest

from sync import streams
from sync.testing import BadWeather
from tests.simulation.city import City
from tests.simulation.parties import BEACON_SECONDS
from tests.simulation.wiring import Wiring


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(Wiring(chain=False), id="the hash chain"),
        pytest.param(Wiring(claims=False), id="the claims"),
        pytest.param(Wiring(digest=False), id="the digest"),
    ],
)
def test_some_seed_fails_without(wiring: Wiring) -> None:
    city = City(wiring)
    assert any(city.run(seed).complaints for seed in range(300))


@pytest.mark.parametrize(("fence", "states"), [(True, [1]), (False, [1, 3, 1])])
def test_without_the_fence_a_state_is_taken_and_then_lost(fence: bool, states: list[int]) -> None:
    # It takes a message that is late by just so much that no seed has come upon it.
    parties = City(Wiring(fence=fence)).parties
    hub, futian = parties[streams.HUB], parties["futian"]
    weather = BadWeather()
    for party in (hub, futian):
        party.begin(weather, lambda: "0")

    def answer() -> bool:
        """Futian says what it has to say, and the hub what it says to that."""
        sent = futian.send()
        while hub.receive():
            sent = True
        return sent

    def settle() -> None:
        while answer() | hub.send() | futian.receive():
            pass

    futian.write({"futian-1": 1})
    settle()
    copy = futian.backup()
    futian.write({"futian-2": 2})
    settle()
    futian.write({"futian-1": 3})
    futian.send()
    late = list(weather.waiting(streams.HUB))
    weather.lose_everything()
    futian.restore(copy)
    while b"Fetching" not in (futian.database.execute("SELECT recovery FROM stream_head").fetchone()[0] or b""):
        futian.seconds += BEACON_SECONDS
        answer()
        futian.receive()
    answer()
    weather.waiting(streams.HUB).extend(late)
    settle()
    assert hub.database.execute("SELECT state FROM effect WHERE key = 'futian-1' ORDER BY id").fetchall() == [
        (state,) for state in states
    ]
