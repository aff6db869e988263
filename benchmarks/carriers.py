"""Over which databases and bus does everything go?"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from sync.databases import postgresql as drivers
from sync.databases import sqlite
from tests.support import postgresql, rabbitmq

# Each of them is in another lane of the hub, and no two in the same share of three.
DISTRICTS = ("futian", "luohu", "nanshan")
DISTRICT = DISTRICTS[0]


@dataclass(frozen=True)
class Carrier:
    """The databases of the hub and of each of `DISTRICTS`, and a bus.

    `database` makes further ones on the same server, where there is one.
    """

    name: str
    hub_url: str
    district_urls: Mapping[str, str]
    bus_url: str
    database: Callable[[str], AbstractContextManager[str]] | None = None

    @property
    def district_url(self) -> str:
        """The database of `DISTRICT`."""
        return self.district_urls[DISTRICT]

    def settle(self) -> None:
        """Lets a server write now what it would write later, so that none of it falls into what is measured next."""
        if self.database is None:
            return
        engine = open_engine(self.hub_url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        engine.dispose()


@contextmanager
def embedded(folder: Path) -> Iterator[Carrier]:
    """What runs where nothing is installed."""
    yield Carrier(
        "SQLite and the embedded bus",
        f"sqlite:///{folder / 'hub.db'}",
        {code: f"sqlite:///{folder / f'{code}.db'}" for code in DISTRICTS},
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
        ExitStack() as stack,
    ):
        district_urls = {code: stack.enter_context(server.database(code)) for code in DISTRICTS}
        broker.lay_out(*DISTRICTS)
        yield Carrier("PostgreSQL and RabbitMQ", hub_url, district_urls, broker.url, server.database)


CARRIERS = {"services": served, "embedded": embedded}


def open_engine(url: str) -> Engine:
    """An engine set up as the programs set up theirs."""
    engine = create_engine(url)
    sqlite.prepare(engine)
    drivers.prepare(engine)
    return engine
