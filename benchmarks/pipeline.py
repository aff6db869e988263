"""How many hour events a second reach the city, how soon, and what is that beside other ways?

    python -m benchmarks.pipeline [--carrier embedded] [--events 240000]

Beside this project's streams: the naive way, and on PostgreSQL the library eventsourcing and logical replication. The ways
take turns, round after round; of each figure and each ratio the middle one of the rounds is shown. Then, with three districts,
the streams with a process of the hub for each, beside replication from three databases into one. What the figures mean says
`benchmarks.ways`.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click
from rich.console import Console
from rich.table import Table

from benchmarks import event_sourcing, naive, replication, streamed
from benchmarks.carriers import CARRIERS, DISTRICTS, Carrier
from benchmarks.goals import Goal, goals_table
from benchmarks.ways import Measured, Way, measure

ROUNDS = 3
ENTRIES = 60
MEDIAN, SLOWEST = 50, 99


def percentile(values: Sequence[float], percent: int) -> float:
    """What that many in a hundred of `values` do not exceed."""
    return statistics.quantiles(values, n=100)[percent - 1]


@dataclass(frozen=True)
class Figures:
    """What was found on one carrier: in each round, each way's figures by its name."""

    rounds: Sequence[Mapping[str, Measured]]

    @property
    def names(self) -> list[str]:
        """The ways, in the order of their turns."""
        return list(self.rounds[0])

    def median(self, way: str, figure: Callable[[Measured], float], *, beside: str | None = None) -> float:
        """The middle one of the rounds: a machine that has something else to do for a moment spoils only one."""
        return statistics.median(
            figure(found[way]) / (figure(found[beside]) if beside is not None else 1) for found in self.rounds
        )

    def percentile(self, way: str, percent: int) -> float:
        """How many milliseconds that many entries in a hundred took at most, of all rounds."""
        return percentile([latency for found in self.rounds for latency in found[way].latencies_ms], percent)


def live(found: Measured) -> float:
    """Events a second while they are written."""
    return found.live


def backlog(found: Measured) -> float:
    """Events a second of those that waited."""
    return found.backlog


Ways: TypeAlias = Callable[[Carrier, Path], AbstractContextManager[list[Way]]]
"""Opens ways on a carrier, with a folder for their files."""

Goals: TypeAlias = Callable[[Figures], Iterator[Goal]]
"""What is promised of figures."""


@contextmanager
def all_ways(carrier: Carrier, folder: Path) -> Iterator[list[Way]]:
    """The ways that there are on `carrier`, ready to take turns."""
    with ExitStack() as stack:
        # The naive way uses the tables that the streams have made.
        own = stack.enter_context(streamed.way(carrier, folder))
        ways = [stack.enter_context(naive.way(carrier))]
        if carrier.database is not None:
            ways.append(stack.enter_context(event_sourcing.way(carrier.database)))
            ways.append(stack.enter_context(replication.way(carrier.database, districts=1)))
        yield [*ways, own]


@contextmanager
def split_ways(carrier: Carrier, folder: Path) -> Iterator[list[Way]]:
    """The ways on `carrier`'s servers that split their work by district, ready to take turns."""
    if carrier.database is None:
        raise ValueError(f"{carrier.name} replicates nothing")
    with ExitStack() as stack:
        replicated = stack.enter_context(replication.way(carrier.database, districts=len(DISTRICTS)))
        yield [replicated, stack.enter_context(streamed.way(carrier, folder, districts=len(DISTRICTS)))]


def goals(found: Figures) -> Iterator[Goal]:
    """What is promised on PostgreSQL and RabbitMQ."""
    own, replicated = streamed.NAME, replication.NAME
    yield Goal("live, beside the naive way", found.median(own, live, beside=naive.NAME), "×", at_least=100)
    yield Goal("live, beside eventsourcing", found.median(own, live, beside=event_sourcing.NAME), "×", at_least=20)
    yield Goal("backlog, beside logical replication", found.median(own, backlog, beside=replicated), "×", at_least=0.7)
    yield Goal("half of the entries visible after", found.percentile(own, MEDIAN), " ms", at_most=10)
    yield Goal("99 of 100 entries visible after", found.percentile(own, SLOWEST), " ms", at_most=30)


def split_goals(found: Figures) -> Iterator[Goal]:
    """What is promised there with several districts."""
    replicated, own = found.names
    yield Goal("backlog split by district, beside the same", found.median(own, backlog, beside=replicated), "×", at_least=1)


def figures_table(title: str, found: Figures) -> Table:
    """Each way with its figures, and their ratios to the first one's."""
    first = found.names[0]
    columns = ("way", "live, events/s", "beside the first", "backlog, events/s", "beside the first", "p50, ms", "p99, ms")
    table = Table(*columns, title=title)
    for name in found.names:
        table.add_row(
            name,
            f"{found.median(name, live):,.0f}",
            f"{found.median(name, live, beside=first):.3g}×",
            f"{found.median(name, backlog):,.0f}",
            f"{found.median(name, backlog, beside=first):.3g}×",
            f"{found.percentile(name, MEDIAN):.1f}",
            f"{found.percentile(name, SLOWEST):.1f}",
        )
    return table


MEASURED: Sequence[tuple[str, Ways, Goals | None]] = (
    ("services", all_ways, goals),
    ("services", split_ways, split_goals),
    ("embedded", all_ways, None),
)
"""What is measured: on which of `CARRIERS`, with which ways, and what is promised of them."""


def take_turns(carrier: str, opened: Ways, *, events: int, rounds: int) -> tuple[str, Figures]:
    """Measures ways on new servers, `events` of each district in all rounds together; gives the carrier's name, too."""
    with tempfile.TemporaryDirectory(prefix="banyan-pipeline-") as folder, CARRIERS[carrier](Path(folder)) as given:
        with opened(given, Path(folder)) as ways:
            found = [{way.name: _measure_settled(given, way, events=events // rounds) for way in ways} for _ in range(rounds)]
        return given.name, Figures(found)


def _measure_settled(carrier: Carrier, way: Way, *, events: int) -> Measured:
    carrier.settle()
    return measure(way, events=events, entries=ENTRIES)


@click.command()
@click.option("--carrier", type=click.Choice([*CARRIERS, "both"]), default="both", show_default=True, help="On what.")
@click.option("--events", default=240_000, show_default=True, help="How many of each district, in all rounds together.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="How often the ways take turns.")
def main(carrier: str, events: int, rounds: int) -> None:
    """Measures the streams beside other ways, on new databases in a temporary folder."""
    console = Console()
    for name, opened, promised in MEASURED:
        if carrier in ("both", name):
            title, found = take_turns(name, opened, events=events, rounds=rounds)
            console.print(figures_table(title, found))
            if promised is not None:
                console.print(goals_table(promised(found)))


if __name__ == "__main__":
    main()
