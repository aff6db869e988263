"""Does it matter in which order registrations come, and what is gained by comparing again whoever was alone?

    python -m benchmarks.orders [--people 250000] [--seed 1]

A made register is linked in memory in two orders: once as it is where everything in it is counted before, as `banyan-hub link`
does it, and once as it grows from nothing; each of these as the hub decides, and as it would if nobody who was alone were
compared again. It is counted how many registrations have the same others under their ID in both orders. The other figures are
of the first order, growing from nothing.
"""

import random
from collections.abc import Iterator, Sequence

import click
from rich.console import Console
from rich.table import Table

from benchmarks.registers.linking import link_in_memory
from benchmarks.registers.making import Entry, make_register
from benchmarks.registers.outcomes import Outcome, judge, share_alike
from federation.identity.matching.model import default_model
from federation.identity.matching.policies import SHIPPED


def link_in_two_orders(
    register: Sequence[Entry], seed: int, *, is_counted_first: bool, compares_again: bool = True
) -> tuple[Outcome, float]:
    """What becomes of the register in its own order, and the share that has the same others in another one."""
    order = list(range(len(register)))
    random.Random(f"order {seed}").shuffle(order)  # noqa: S311 - chance, no secret
    own, shuffled = (
        link_in_memory(
            entries, model=default_model(), policy=SHIPPED, is_counted_first=is_counted_first, compares_again=compares_again
        )
        for entries in (register, [register[place] for place in order])
    )
    ids = dict(zip(order, shuffled.ids, strict=True))
    return own, share_alike(own.ids, [ids[place] for place in range(len(register))])


def figures(register: Sequence[Entry], seed: int, *, compares_again: bool) -> Iterator[str]:
    """A column of the table."""
    _, alike = link_in_two_orders(register, seed, is_counted_first=True, compares_again=compares_again)
    yield f"{100 * alike:.2f} %"
    growing, alike = link_in_two_orders(register, seed, is_counted_first=False, compares_again=compares_again)
    yield f"{100 * alike:.2f} %"
    quality = judge(register, growing)
    yield f"{quality.asked_per_thousand:.1f}"
    yield f"{100 * quality.recall:.1f} %"
    yield f"{quality.false_pairs}"


_ROWS = (
    "with the same others in both orders, everything counted before",
    "the same, while the register grows from nothing",
    "questions for 1,000 registrations",
    "pairs found by machine",
    "false pairs of those",
)


@click.command()
@click.option("--people", default=250_000, show_default=True, help="How many people there are.")
@click.option("--seed", default=1, show_default=True, help="What decides who they are.")
def main(people: int, seed: int) -> None:
    """Links a made register eight times."""
    register = list(make_register(people, seed=seed))
    table = Table("", "nobody is compared again", "whoever was alone is", title=f"{people:,} people, seed {seed}")
    for row in zip(_ROWS, *(figures(register, seed, compares_again=again) for again in (False, True)), strict=True):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
