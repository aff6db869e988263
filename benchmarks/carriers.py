"""Over which databases and bus does everything go?"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine

from sync.databases import postgresql as drivers
from sync.databases import sqlite
from tests.support import postgresql, rabbitmq

DISTRICT = "futian"


@dataclass(frozen=True)
class Carrier:
    """The databases of hub and district, and a bus. `database` makes further ones on the same server, where there is one."""

    name: str
    hub_url: str
    district_url: str
    bus_url: str
    database: Callable[[str], AbstractContextManager[str]] | None = None


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
    """What production runs. The servers are started for the measurement, with their disks waited for."""
    with (
        # All ways share this server. One of them needs more said in its journal, and its workers started without pauses.
        postgresql.running(durable=True, wal_level="logical", wal_retrieve_retry_interval="100ms") as server,
        rabbitmq.running() as broker,
        server.database("hub") as hub_url,
        server.database("district") as district_url,
    ):
        broker.lay_out(DISTRICT)
        yield Carrier("PostgreSQL and RabbitMQ", hub_url, district_url, broker.url, server.database)


CARRIERS = {"services": served, "embedded": embedded}


def open_engine(url: str) -> Engine:
    """An engine set up as the programs set up theirs."""
    engine = create_engine(url)
    sqlite.prepare(engine)
    drivers.prepare(engine)
    return engine
