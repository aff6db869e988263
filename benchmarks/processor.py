"""Whose processor time does an event take on its way to the city?

    python -m benchmarks.processor [--events 20000]

Microseconds on a processor, waiting left out, of each program that takes part, the servers among them: *written* while a
district writes and nobody carries, a thousand entries in a commit; *backlog* while that is worked off; *live* while it writes
as many in a commit as an import does and they are carried at once; *single* for entries that are written and carried one by
one. So two processors carry at most two million, divided by what a column comes to, in a second.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.carriers import CARRIERS
from benchmarks.hours import hours
from benchmarks.pipeline import all_ways
from benchmarks.ways import BACKLOG_AT_ONCE, LIVE_AT_ONCE, Way, wait_for, write

SINGLE = 100
PHASES = ("written", "backlog", "live", "single")
_PROCESSES = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_SERVER = "postgres: "
_PROGRAMS = {
    "banyan-hub": "hub",
    "banyan-district": "district",
    "beam": "RabbitMQ",
    "spawn_main": "reader",
    "-m benchmarks": "writer and looks",
}


def spent_us() -> Counter[str]:
    """Microseconds that this process and all that it has started have been on a processor so far, by what they are."""
    parents, names, spent = {}, {}, {}
    for process in _PROCESSES.glob("[0-9]*"):
        try:
            _, _, fields = (process / "stat").read_text().rpartition(")")
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        _, parent, *rest = fields.split()
        pid = int(process.name)
        parents[pid], names[pid] = int(parent), command
        spent[pid] = (int(rest[9]) + int(rest[10])) * 1_000_000 // _TICKS_PER_SECOND
    found: Counter[str] = Counter()
    for pid, us in spent.items():
        if os.getpid() in _ancestors(pid, parents):
            found[_role(names[pid])] += us
    return found


def _ancestors(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """A process and those that it comes from."""
    while pid in parents:
        yield pid
        pid = parents[pid]


def _role(command: str) -> str:
    """What a process is here, by its command line."""
    if command.startswith(_SERVER):
        # The title of who serves a connection names the account, and then the database.
        title = command.removeprefix(_SERVER).split()
        return f"PostgreSQL for {title[1]}" if title[0] == "banyan" else "PostgreSQL itself"
    return next((role for part, role in _PROGRAMS.items() if part in command), "other")


def measure(way: Way, events: int) -> dict[str, Counter[str]]:
    """Microseconds an event of each process, by phase."""
    count = min(events, way.most or events)
    waiting, entries = list(hours(count)), list(hours(count))
    found = {}

    def phase(name: str, act: Callable[[], object], count: int) -> None:
        before = spent_us()
        act()
        found[name] = Counter({role: us // count for role, us in (spent_us() - before).items()})

    with way.look() as visible, way.writers[0]() as commit:
        before = visible()

        def live() -> None:
            write(commit, entries, at_once=LIVE_AT_ONCE)
            wait_for(visible, before + 2 * count)

        def single() -> None:
            for number in range(1, SINGLE + 1):
                commit(list(hours(1)))
                wait_for(visible, before + 2 * count + number)

        phase("written", lambda: write(commit, waiting, at_once=BACKLOG_AT_ONCE), count)
        with way.carry():
            wait_for(visible, before + 1)
            phase("backlog", lambda: wait_for(visible, before + count), count)
            phase("live", live, count)
            phase("single", single, SINGLE)
    return found


def costs_table(title: str, found: dict[str, Counter[str]]) -> Table:
    """What each process takes for an event, and all of them together."""
    table = Table("µs an event", *PHASES, title=title)
    for role in sorted({role for costs in found.values() for role, us in costs.items() if us}):
        table.add_row(role, *(f"{found[phase][role]:,}" for phase in PHASES))
    table.add_row("together", *(f"{found[phase].total():,}" for phase in PHASES))
    return table


@click.command()
@click.option("--events", default=20_000, show_default=True, help="How many, for each of the first three columns.")
def main(events: int) -> None:
    """Measures all ways on new servers in a temporary folder, one after the other."""
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="banyan-processor-") as folder,
        CARRIERS["services"](Path(folder)) as carrier,
        all_ways(carrier, Path(folder)) as ways,
    ):
        for way in ways:
            console.print(costs_table(way.name, measure(way, events)))


if __name__ == "__main__":
    main()
