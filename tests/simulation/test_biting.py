"""Does the simulation notice when a part of the protocol is missing?"""

import pytest

from sync import streams
from tests.simulation.city import City
from tests.simulation.pair import Pair
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
    pair = Pair(Wiring(fence=fence))
    futian = pair.futian
    futian.write({"futian-1": 1})
    pair.settle()
    copy = futian.backup()
    futian.write({"futian-2": 2})
    pair.settle()
    futian.write({"futian-1": 3})
    late = pair.hold_back()
    futian.restore(copy)
    pair.go_on_until(lambda pair: pair.is_fetching)
    pair.answer()
    pair.weather.waiting(streams.HUB).extend(late)
    pair.settle()
    assert pair.effects("futian-1") == states
