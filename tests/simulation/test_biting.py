"""Does the simulation notice when a part of the protocol is missing?"""

import pytest

from tests.simulation.city import City
from tests.simulation.wiring import Wiring


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(Wiring(chain=False), id="the hash chain"),
        pytest.param(Wiring(claims=False), id="the claims"),
        pytest.param(Wiring(digest=False), id="the digest"),
        # What a missing fence lets through, the digests find: it takes both to lose something.
        pytest.param(Wiring(fence=False, digest=False), id="the fence and the digest"),
    ],
)
def test_some_seed_fails_without(wiring: Wiring) -> None:
    city = City(wiring)
    assert any(city.run(seed).complaints for seed in range(100))
