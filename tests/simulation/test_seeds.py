"""Does a city end whole, whatever a seed does to it?"""

from tests.simulation.city import City
from tests.simulation.running import command, outcomes
from tests.support.servers import STRICT

SEEDS = range(2_000 if STRICT else 200)


def test_nothing_is_lost_and_nothing_is_doubled() -> None:
    failed = [outcome for outcome in outcomes(SEEDS) if outcome.complaints]
    assert [(command(outcome.seed), outcome.complaints) for outcome in failed] == []


def test_a_seed_decides_everything() -> None:
    first, second = City(), City()
    second.run(1)
    assert first.run(2, tracing=True).steps == second.run(2, tracing=True).steps
