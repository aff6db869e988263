"""How long does the city's page wait for its sums, with a ledger of any size?

    python -m benchmarks.dashboard [--sizes 10000,1000000,10000000]

The page asks `federation.ledger.totals` for the sums of the city, of each district, and of each month. Beside it stand the
same questions asked of the ledger itself, as a page without totals would ask them (and without the trouble of older versions
of an entry, of which this ledger has none).
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.carriers import CARRIERS
from benchmarks.filling import fill
from benchmarks.goals import Goal, goals_table
from benchmarks.stage import stage
from federation.ledger import totals
from federation.ledger.models import LedgerEntry

SIZES = (10_000, 1_000_000, 10_000_000)
LOOKS = 50
LIVE_LOOKS = 3


class Sizes(click.ParamType[tuple[int, ...]]):
    """Numbers with commas between them."""

    name = "N,N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers, the smallest first."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(sorted(int(part) for part in str(value).split(",")))
        except ValueError:
            self.fail(f"{value} is not a list of numbers", param, ctx)


def measure_page(engine: Engine) -> tuple[float, float]:
    """Milliseconds, in the middle of many looks: the page's queries, and the same asked of the ledger."""
    sessions = sessionmaker(engine)
    return _median_ms(sessions, _ask_totals, LOOKS), _median_ms(sessions, _ask_ledger, LIVE_LOOKS)


def page_goal(size: int, page_ms: float) -> Goal:
    """What is promised of the page."""
    return Goal(f"the city's page at {size:,} ledger rows", page_ms, " ms", at_most=5)


def _ask_totals(session: Session) -> None:
    totals.city(session)
    totals.by_district(session)
    totals.by_month(session)


def _ask_ledger(session: Session) -> None:
    entry = LedgerEntry
    sums = (func.count(), func.sum(entry.credited_minutes))
    session.execute(select(*sums)).all()
    session.execute(select(entry.district, *sums).group_by(entry.district)).all()
    session.execute(select(entry.district, entry.month, *sums).group_by(entry.district, entry.month)).all()


def _median_ms(sessions: "sessionmaker[Session]", ask: Callable[[Session], None], looks: int) -> float:
    taken = []
    for _ in range(looks):
        with sessions() as session:
            session.connection()
            began = time.monotonic()
            ask(session)
            taken.append((time.monotonic() - began) * 1_000)
    return statistics.median(taken)


@click.command()
@click.option("--sizes", type=Sizes(), default=SIZES, show_default=True, help="How many ledger rows, one after the other.")
def main(sizes: tuple[int, ...]) -> None:
    """Measures on a new PostgreSQL server in a temporary folder."""
    table = Table("ledger rows", "the page, ms", "asked of the ledger, ms")
    with (
        tempfile.TemporaryDirectory(prefix="banyan-dashboard-") as folder,
        CARRIERS["services"](Path(folder)) as carrier,
        stage(carrier, Path(folder)) as ready,
    ):
        for size in sizes:
            with ready.hub.engine.connect() as connection:
                fill(connection, rows=size)
            page_ms, live_ms = measure_page(ready.hub.engine)
            table.add_row(f"{size:,}", f"{page_ms:.2f}", f"{live_ms:,.1f}")
    console = Console()
    console.print(table)
    console.print(goals_table([page_goal(sizes[-1], page_ms)]))


if __name__ == "__main__":
    main()
