"""How rightly do registrations become people, and how much is left for stewards to look at?

    python -m benchmarks.identity [--people 1000000] [--seed 1 --seed 2]

For each seed a register is made of which the truth is known, and linked one registration after the other by the hub's own
decisions, in memory. Pairs are counted among all that are one person's, whether or not they were ever compared. The model is
the one that comes with the program; it was learnt from other seeds (`benchmarks.default_model`). What is promised of a hub with
its tables is measured by `benchmarks.identity_at_hub`.
"""

from collections.abc import Iterator, Sequence

import click
from rich.console import Console

from benchmarks.goals import Goal, goals_table
from benchmarks.orders import link_in_two_orders
from benchmarks.registers.linking import link_in_memory
from benchmarks.registers.making import Entry, make_register
from benchmarks.registers.outcomes import Outcome, Quality, judge
from federation.identity.matching.model import default_model
from federation.identity.matching.policies import SHIPPED, Policy

CAUTIOUS, USED = SHIPPED, Policy(auto_weight=8)
"""From where a machine links at first; and after stewards have found that it may link more."""


def quality_goals(cautious: Quality, used: Quality) -> Iterator[Goal]:
    """What is promised of a normal register."""
    for name, quality, recall in (("at 10 bits", cautious, 0.91), ("at 8 bits", used, 0.955)):
        yield Goal(f"precision of pairs, {name}", quality.precision, "", at_least=0.9995)
        yield Goal(f"recall by machine, {name}", quality.recall, "", at_least=recall)
        yield Goal(f"recall when stewards have answered, {name}", quality.recall_answered, "", at_least=0.985)
        yield Goal(f"questions for 1,000 registrations, {name}", quality.asked_per_thousand, "", at_most=10)
        yield Goal(f"twins under one ID, {name}", 100 * quality.twins, " %", at_most=0.2)


def hard_goals(quality: Quality) -> Iterator[Goal]:
    """What is promised of a register with many slips."""
    yield Goal("precision of pairs, hard register", quality.precision, "", at_least=0.9995)
    yield Goal("recall when stewards have answered, hard register", quality.recall_answered, "", at_least=0.96)


def order_goals(register: Sequence[Entry], seed: int) -> Iterator[Goal]:
    """What is promised when the same registrations arrive in another order, of a register that is linked as a whole."""
    _, alike = link_in_two_orders(register, seed, is_counted_first=True)
    yield Goal("registrations with the same others in another order", 100 * alike, " %", at_least=99.9)


def goals(people: int, seed: int) -> Iterator[Goal]:
    """All of them, for one seed."""
    register = list(make_register(people, seed=seed))
    yield from quality_goals(judge(register, _link(register, CAUTIOUS)), judge(register, _link(register, USED)))
    yield from order_goals(register, seed)
    hard = list(make_register(people, seed=seed, profile="hard"))
    yield from hard_goals(judge(hard, _link(hard, CAUTIOUS)))


def _link(register: Sequence[Entry], policy: Policy) -> Outcome:
    return link_in_memory(register, model=default_model(), policy=policy)


@click.command()
@click.option("--people", default=1_000_000, show_default=True, help="How many people there are.")
@click.option("--seed", "seeds", type=int, multiple=True, default=(1,), show_default=True, help="What decides who they are.")
def main(people: int, seeds: Sequence[int]) -> None:
    """Makes a register for each seed, links it, and says whether what is promised is kept."""
    console = Console()
    for seed in seeds:
        table = goals_table(goals(people, seed))
        table.title = f"{people:,} people, seed {seed}"
        console.print(table)


if __name__ == "__main__":
    main()
