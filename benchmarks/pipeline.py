"""How many hour events a second reach the city, how soon, and what is that beside the naive way?

    python -m benchmarks.pipeline [--carrier embedded] [--events 60000]

*backlog*: events a second that become visible at the hub while a district's log is worked off, from the first batch to the
last. *live*: the same from the district's first commit to the last event's visibility, while it commits 200 events at a time
as fast as it can, as an import does. *latency*: from the commit of one certified hour entry in the district until the hub's
ledger shows it, with some twenty certifications a second. The two ways take turns five times; the middle figures are shown.
"""

import multiprocessing
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import naive
from benchmarks.stage import DISTRICT, ZONE, Carrier, Stage, announce, open_engine, stage
from tenants import mailbox
from tenants.hours.certifying import certify
from tenants.hours.models import HourEntry
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.organizations.arranging import found_district
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tenants.settings import Settings
from tests.support import postgresql, rabbitmq

ROUNDS = 5
NAIVE_EVENTS = 300
LATENCIES = 300
LIVE_AT_ONCE = 200
_processes = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Round:
    """Events a second of both ways, measured one directly after the other."""

    naive_live: float
    naive_backlog: float
    live: float
    backlog: float


@dataclass(frozen=True)
class Figures:
    """What was found on one carrier."""

    rounds: list[Round]
    latencies_ms: list[float]

    def median(self, figure: Callable[[Round], float]) -> float:
        """The middle one of the rounds: a machine that has something else to do for a moment spoils only one."""
        return statistics.median(map(figure, self.rounds))

    def percentile(self, percent: int) -> float:
        """How many milliseconds that many events in a hundred took at most."""
        return statistics.quantiles(self.latencies_ms, n=100)[percent - 1]


def measure(carrier: Carrier, folder: Path, events: int) -> Figures:
    """All figures on one carrier."""
    with stage(carrier, folder) as ready, ready.hub.syncing():
        rounds = [measure_round(ready, events // ROUNDS) for _ in range(ROUNDS)]
        with ready.district.syncing():
            return Figures(rounds, measure_latency(ready))


def measure_round(ready: Stage, events: int) -> Round:
    """Both ways in turn, so that their ratio is that of one and the same moment."""
    naive_backlog, naive_live = measure_naive(ready.carrier)
    backlog = measure_backlog(ready, events)
    with ready.district.syncing():
        ready.announce(1, at_once=1)
        ready.wait_for(ready.head)
        live = measure_live(ready, events)
    return Round(naive_live, naive_backlog, live, backlog)


def measure_naive(carrier: Carrier) -> tuple[float, float]:
    """Backlog and live events a second of the naive way."""
    naive.produce(carrier, NAIVE_EVENTS)
    backlog = NAIVE_EVENTS / naive.consume(carrier, NAIVE_EVENTS)
    producer = _processes.Process(target=naive.produce, args=(carrier, NAIVE_EVENTS))
    producer.start()
    live = NAIVE_EVENTS / naive.consume(carrier, NAIVE_EVENTS)
    producer.join()
    return backlog, live


def measure_backlog(ready: Stage, events: int) -> float:
    """Events a second while a log that is full is worked off."""
    ready.announce(events, at_once=1_000)
    before, head = ready.head - events, ready.head
    with ready.look() as visible, ready.district.syncing():
        while (first := visible()) == before:
            time.sleep(0.001)
        began = time.monotonic()
        ended = ready.wait_for(head, pause=0.01)
    return (head - first) / (ended - began)


def measure_live(ready: Stage, events: int) -> float:
    """Events a second from the first commit to the last visibility."""
    head = ready.head
    writer = _processes.Process(target=_write, args=(ready.carrier.district_url, events))
    writer.start()
    while ready.head == head:
        time.sleep(0.001)
    began = time.monotonic()
    ended = ready.wait_for(head + events, pause=0.01)
    writer.join()
    return events / (ended - began)


def _write(district_url: str, events: int) -> None:
    engine = open_engine(district_url)
    sessions = sessionmaker(engine)
    mailbox.log.listen(sessions)
    announce(sessions, events, at_once=LIVE_AT_ONCE)
    engine.dispose()


def measure_latency(ready: Stage) -> list[float]:
    """Milliseconds from each certification's commit to its visibility."""
    settings = ready.district_settings()
    chance = random.Random(1)  # noqa: S311 - chance, no secret
    waiting = _submit(ready, settings)
    ready.wait_for(ready.head)
    latencies = []
    with ready.look() as visible:
        for entry_id in waiting:
            # Not in step with anything that polls.
            time.sleep(0.03 + 0.04 * chance.random())
            with ready.district.sessions() as session:
                entry = session.get_one(HourEntry, entry_id)
                certify(session, entry, by="coordinator", at=datetime.now(UTC), settings=settings)
                session.commit()
            committed = time.monotonic()
            head = ready.head
            while visible() < head:
                time.sleep(0.0005)
            latencies.append((time.monotonic() - committed) * 1_000)
    return latencies


def _submit(ready: Stage, settings: Settings) -> list[uuid.UUID]:
    """Hour entries that wait for a coordinator."""
    now = datetime.now(UTC)
    with ready.district.sessions.begin() as session:
        registration = _registration(session, settings, now)
        entries = []
        for number in range(LATENCIES):
            started_at = now - timedelta(hours=2 * number + 3)
            details = HourDetails(
                registration=registration,
                organization_id=registration.organization_id,
                activity="净滩行动",
                field="环保",
                shift=possible_shift(started_at, started_at + timedelta(hours=1), 60, now=now),
            )
            entries.append(submit_hours(session, details, by="recorder", at=now))
        session.flush()
        return [entry.id for entry in entries]


def _registration(session: Session, settings: Settings, now: datetime) -> Registration:
    root = found_district(session, district=DISTRICT, name=settings.district_name)
    details = RegistrationDetails(local_number="FT1", name="张伟", organization=root, registered_on=now.astimezone(ZONE).date())
    record_registration(session, details, existing=None, settings=settings, at=now)
    session.flush()
    return session.query(Registration).filter_by(local_number="FT1").one()


@contextmanager
def embedded(folder: Path) -> Iterator[Carrier]:
    """What runs where nothing is installed."""
    yield Carrier(
        "SQLite and the embedded bus",
        f"sqlite:///{folder / 'hub.db'}",
        f"sqlite:///{folder / 'district.db'}",
        f"sqla+sqlite:///{folder / 'bus.db'}",
    )


@contextmanager
def served(_folder: Path) -> Iterator[Carrier]:
    """What production runs."""
    with (
        postgresql.running(durable=True) as server,
        rabbitmq.running() as broker,
        server.database("hub") as hub_url,
        server.database("district") as district_url,
    ):
        broker.lay_out(DISTRICT)
        yield Carrier("PostgreSQL and RabbitMQ", hub_url, district_url, broker.url)


CARRIERS = {"services": served, "embedded": embedded}


@click.command()
@click.option("--carrier", type=click.Choice([*CARRIERS, "both"]), default="both", show_default=True, help="On what.")
@click.option("--events", default=60_000, show_default=True, help="How many, in all rounds together.")
def main(carrier: str, events: int) -> None:
    """Measures the streams beside the naive way, on new databases in a temporary folder."""
    table = Table("", "live, events/s", "beside naive", "backlog, events/s", "beside naive", "p50", "p99")
    for name in CARRIERS if carrier == "both" else [carrier]:
        with tempfile.TemporaryDirectory(prefix="banyan-pipeline-") as folder, CARRIERS[name](Path(folder)) as given:
            found = measure(given, Path(folder), events)
        naive_live, naive_backlog = found.median(lambda one: one.naive_live), found.median(lambda one: one.naive_backlog)
        table.add_row("naive", f"{naive_live:,.0f}", "1×", f"{naive_backlog:,.0f}", "1×", "", "")
        table.add_row(
            given.name,
            f"{found.median(lambda one: one.live):,.0f}",
            f"{found.median(lambda one: one.live / one.naive_live):.0f}×",
            f"{found.median(lambda one: one.backlog):,.0f}",
            f"{found.median(lambda one: one.backlog / one.naive_backlog):.0f}×",
            f"{found.percentile(50):.1f} ms",
            f"{found.percentile(99):.1f} ms",
            end_section=True,
        )
    Console().print(table)


if __name__ == "__main__":
    main()
