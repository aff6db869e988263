"""Does the hub stay as quick when its ledger grows?

    python -m benchmarks.growth [--sizes 10000,1000000,10000000] [--events 20000]

*applied*: events a second that the hub takes in by itself, signatures and commits included, from batches of a thousand that
have all arrived. The other figures are those of `benchmarks.ways`, once for each size, and that of `benchmarks.dashboard`.
"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import streamed
from benchmarks.carriers import CARRIERS, DISTRICT, Carrier
from benchmarks.dashboard import SIZES, Sizes, measure_page, page_goal
from benchmarks.filling import fill
from benchmarks.goals import Goal, goals_table
from benchmarks.hours import hours
from benchmarks.pipeline import ENTRIES, MEDIAN, SLOWEST, percentile
from benchmarks.stage import STREAM, Stage, stage
from benchmarks.ways import BACKLOG_AT_ONCE, measure, write
from federation.directory.keys import DistrictKeys
from federation.intake import open_inbox
from federation.settings import read_settings
from sync import streams
from sync.carriers.bus import PREFETCH
from sync.messages.batch import seal_batch
from sync.messages.message import Arrived
from tenants import mailbox

FIGURES = (
    *("ledger rows", "applied, events/s", "backlog, events/s", "live, events/s", "half visible after, ms"),
    *("99 of 100 visible after, ms", "the city's page, ms", "the same asked of the ledger, ms"),
)


def measure_applying(ready: Stage, carrier: Carrier, events: int) -> float:
    """Events a second that the hub takes in, while its program does not run."""
    messages = _seal(ready, carrier, events)
    os.environ.update(ready.hub.environment)
    inbox = open_inbox(read_settings())
    began = time.monotonic()
    while messages:
        with ready.hub.sessions.begin() as session:
            taken, _ = inbox.receive_run(
                session, messages[:PREFETCH], receiver=streams.HUB, carefully=False, keys=DistrictKeys, at=datetime.now(UTC)
            )
        messages = messages[len(taken) :]
    return events / (time.monotonic() - began)


def _seal(ready: Stage, carrier: Carrier, events: int) -> list[Arrived]:
    """New events of the district, in signed batches that the hub has not seen."""
    with ready.look() as visible:
        after = visible()
    with streamed.writer(DISTRICT, carrier.district_url) as commit:
        write(commit, hours(events), at_once=BACKLOG_AT_ONCE)
    messages = []
    with ready.district.sessions() as session:
        while piece := mailbox.log.read(session, STREAM, epoch=1, after=after):
            messages.append(Arrived(seal_batch(piece, ready.district_key)))
            after = piece.last
    return messages


@click.command()
@click.option("--sizes", type=Sizes(), default=SIZES, show_default=True, help="How many ledger rows, one after the other.")
@click.option("--events", default=20_000, show_default=True, help="How many are sent at each size, three times.")
def main(sizes: tuple[int, ...], events: int) -> None:
    """Measures on new servers in a temporary folder."""
    found_at: list[list[str]] = []
    with (
        tempfile.TemporaryDirectory(prefix="banyan-growth-") as folder,
        CARRIERS["services"](Path(folder)) as carrier,
        stage(carrier, Path(folder)) as ready,
    ):
        for size in sizes:
            with ready.hub.engine.connect() as connection:
                fill(connection, rows=size)
            with ready.hub.syncing():
                found = measure(streamed.way_of(ready, carrier), events=events, entries=ENTRIES)
            applied = measure_applying(ready, carrier, events)
            page_ms, live_ms = measure_page(ready.hub.engine)
            latencies = (percentile(found.latencies_ms, percent) for percent in (MEDIAN, SLOWEST))
            rates = (f"{rate:,.0f}" for rate in (applied, found.backlog, found.live))
            found_at.append([f"{size:,}", *rates, *(f"{ms:,.1f}" for ms in (*latencies, page_ms, live_ms))])
    console = Console()
    headings, *rows = zip(FIGURES, *found_at, strict=True)
    table = Table(*headings)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        goals_table(
            [
                Goal(f"applied at {sizes[-1]:,} ledger rows", applied, " events/s", at_least=10_000),
                page_goal(sizes[-1], page_ms),
            ]
        )
    )


if __name__ == "__main__":
    main()
