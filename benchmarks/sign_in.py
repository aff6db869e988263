"""How many people a second does the hub sign in at another district, and what is that beside other providers?

    python -m benchmarks.sign_in [--flows 200] [--rounds 5]

Beside the hub, with everything that it keeps: a bare Authlib skeleton, and django-oauth-toolkit. Each is served by two
processes of eight threads on a PostgreSQL that waits for its disk. They take turns, round after round, with one person at a
time and with eight; of each figure and each ratio the middle one of the rounds is shown. What a flow is says
`benchmarks.providers.flows`. Then the hub alone, in turns with and without others who sign in with passwords meanwhile, which
take long to check on purpose.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click
from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, goals_table
from benchmarks.pipeline import percentile
from benchmarks.providers import hub, skeleton, toolkit
from benchmarks.providers.flows import Measured, measure
from benchmarks.providers.passwords import signing_in
from benchmarks.providers.provider import Provider
from tests.support import postgresql

ROUNDS = 5
FLOWS = 200
CLIENTS = (1, 8)
BESIDE = 4
MEDIAN, SLOW = 50, 95

Turn: TypeAlias = tuple[str, int]
"""Which provider, and with how many people at a time."""


@dataclass(frozen=True)
class Figures:
    """What was found in each round, by its turn."""

    rounds: Sequence[Mapping[Turn, Measured]]

    def flows(self, turn: Turn, *, beside: str | None = None) -> float:
        """Flows a second, or how many times those of another provider: the middle one of the rounds."""
        name, clients = turn
        return statistics.median(
            found[name, clients].flows / (found[beside, clients].flows if beside is not None else 1) for found in self.rounds
        )

    def percentile(self, turn: Turn, percent: int) -> float:
        """How many milliseconds that many flows in a hundred took at most, of all rounds."""
        return percentile([latency for found in self.rounds for latency in found[turn].latencies_ms], percent)


def take_turns(providers: Sequence[Provider], *, flows: int, rounds: int) -> Figures:
    """Measures each provider with so many flows a turn, after a turn that does not count."""
    for provider in providers:
        measure(provider, clients=max(CLIENTS), flows=flows)
    return Figures(
        [
            {
                (provider.name, clients): measure(provider, clients=clients, flows=flows)
                for clients in CLIENTS
                for provider in providers
            }
            for _ in range(rounds)
        ]
    )


def figures_table(providers: Sequence[Provider], found: Figures) -> Table:
    """Each provider's figures, and their ratios to the other two's."""
    others = (skeleton.NAME, toolkit.NAME)
    beside = [f"beside {name}" for name in others]
    table = Table("at a time", "provider", "flows/s", *beside, "p50, ms", "p95, ms")
    for clients in CLIENTS:
        for turn in ((provider.name, clients) for provider in providers):
            table.add_row(
                str(clients),
                turn[0],
                f"{found.flows(turn):,.0f}",
                *(f"{found.flows(turn, beside=name):.2f}×" for name in others),
                f"{found.percentile(turn, MEDIAN):.1f}",
                f"{found.percentile(turn, SLOW):.1f}",
            )
        table.add_section()
    return table


def goals(found: Figures) -> Iterator[Goal]:
    """What is promised of the hub."""
    for clients in CLIENTS:
        for name, at_least in ((skeleton.NAME, 1), (toolkit.NAME, 2)):
            ratio = found.flows((hub.NAME, clients), beside=name)
            yield Goal(f"{clients} at a time, beside {name}", ratio, "×", at_least=at_least)


@dataclass(frozen=True)
class Waits:
    """How many milliseconds flows took, while nobody and while others signed in with passwords; and how many did a second."""

    alone_ms: Sequence[float]
    beside_ms: Sequence[float]
    passwords: float


def measure_waits(provider: Provider, *, flows: int, rounds: int) -> Waits:
    """Flows in turns with and without people who sign in with passwords meanwhile."""
    alone_ms: list[float] = []
    beside_ms: list[float] = []
    made, seconds = 0, 0.0
    for _ in range(rounds):
        alone_ms += measure(provider, clients=BESIDE, flows=flows).latencies_ms
        with signing_in(provider, people=BESIDE) as count:
            before, began = count.made, time.monotonic()
            beside_ms += measure(provider, clients=BESIDE, flows=flows).latencies_ms
            made, seconds = made + count.made - before, seconds + time.monotonic() - began
    return Waits(alone_ms, beside_ms, made / seconds)


def waits_table(waits: Waits) -> Table:
    """How long flows take with and without others' passwords."""
    table = Table(f"the hub, {BESIDE} flows at a time", "p50, ms", "p95, ms")
    turns = (("nobody", waits.alone_ms), (f"{BESIDE} at a time, {waits.passwords:.0f} a second", waits.beside_ms))
    for who, latencies in turns:
        figures = (f"{percentile(latencies, percent):.1f}" for percent in (MEDIAN, SLOW))
        table.add_row(f"passwords: {who}", *figures)
    return table


@click.command()
@click.option("--flows", default=FLOWS, show_default=True, help="How many, in each turn.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="How often the providers take turns.")
def main(flows: int, rounds: int) -> None:
    """Measures on a new PostgreSQL server in a temporary folder."""
    with (
        tempfile.TemporaryDirectory(prefix="banyan-sign-in-") as folder,
        postgresql.running(durable=True) as server,
        ExitStack() as stack,
    ):
        databases = [stack.enter_context(server.database(name)) for name in ("skeleton", "toolkit", "hub")]
        providers = [
            stack.enter_context(skeleton.running(databases[0], Path(folder))),
            stack.enter_context(toolkit.running(databases[1], Path(folder))),
            *stack.enter_context(hub.running(databases[2], Path(folder))),
        ]
        found = take_turns(providers, flows=flows, rounds=rounds)
        console = Console()
        console.print(figures_table(providers, found))
        console.print(goals_table(goals(found)))
        own = next(provider for provider in providers if provider.name == hub.NAME)
        console.print(waits_table(measure_waits(own, flows=flows, rounds=rounds)))


if __name__ == "__main__":
    main()
