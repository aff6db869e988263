"""How much memory do relay and consumer hold while a long backlog is worked off?

    python -m benchmarks.memory [--events 1000000] [--carrier embedded]

A district has committed all events before its program starts. What the two processes hold (resident set size, as `ps` tells
it) is looked at once a second; it is flat when they hold no more in the second half than they did in the first.
"""

import math
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import streamed
from benchmarks.carriers import CARRIERS, DISTRICT
from benchmarks.goals import Goal, goals_table
from benchmarks.hours import hours
from benchmarks.stage import Stage, stage
from benchmarks.ways import BACKLOG_AT_ONCE, write

PAUSE_SECONDS = 1.0
_KIB = 1024


def resident_mib(pid: int) -> float:
    """What a process holds in memory, in MiB."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True)  # noqa: S603, S607
    return int(told.stdout) / _KIB


@dataclass(frozen=True)
class Look:
    """What both held, in MiB, when so much of the backlog was done (0 to 1)."""

    done: float
    relay: float
    consumer: float


def watch(ready: Stage, events: int) -> list[Look]:
    """Looks at both until all events are visible."""
    looks = []
    with ready.hub.syncing() as consumer, ready.look() as visible:
        before = visible()
        with ready.district.syncing() as relay:
            while (done := visible() - before) < events:
                looks.append(Look(done / events, resident_mib(relay), resident_mib(consumer)))
                time.sleep(PAUSE_SECONDS)
    return looks


PARTIES: dict[str, Callable[[Look], float]] = {"relay": lambda look: look.relay, "consumer": lambda look: look.consumer}


def most(looks: Sequence[Look], of: Callable[[Look], float], *, after: float, until: float) -> float:
    """The most that a process held in a part of the backlog; not a number where nobody looked."""
    return max((of(look) for look in looks if after <= look.done < until), default=math.nan)


@click.command()
@click.option("--events", default=1_000_000, show_default=True, help="How many wait.")
@click.option("--carrier", type=click.Choice(list(CARRIERS)), default="services", show_default=True, help="On what.")
def main(events: int, carrier: str) -> None:
    """Measures on new databases in a temporary folder."""
    with (
        tempfile.TemporaryDirectory(prefix="banyan-memory-") as folder,
        CARRIERS[carrier](Path(folder)) as given,
        stage(given, Path(folder)) as ready,
    ):
        with streamed.writer(DISTRICT, given.district_url) as commit:
            write(commit, hours(events), at_once=BACKLOG_AT_ONCE)
        looks = watch(ready, events)
    table = Table("of the backlog", *PARTIES, title=f"{given.name}, {events:,} events, MiB")
    for tenth in range(10):
        after, until = tenth / 10, (tenth + 1) / 10
        table.add_row(f"{until:.0%}", *(f"{most(looks, of, after=after, until=until):.0f}" for of in PARTIES.values()))
    console = Console()
    console.print(table)
    console.print(
        goals_table(
            Goal(
                f"the {name} in the second half, beside the first",
                most(looks, of, after=0.5, until=1) / most(looks, of, after=0, until=0.5),
                "×",
                at_most=1.1,
            )
            for name, of in PARTIES.items()
        )
    )


if __name__ == "__main__":
    main()
