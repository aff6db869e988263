"""On what is measured?

A hub and one district as in production: their own databases, and the programs `banyan-hub sync` and `banyan-district sync`.
Servers are started for the measurement, with their disks waited for.
"""

import os
import subprocess
import sys
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from joserfc.jwk import OKPKey
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from sync import postgresql, signing, sqlite, streams
from sync.contracts.hours import HOURS_CERTIFIED, HourEntryState
from tenants import mailbox
from tenants.settings import Settings, read_settings

DISTRICT = "futian"
STREAM = streams.up(DISTRICT)
ZONE = ZoneInfo("Asia/Shanghai")
_PROGRAMS = Path(sys.executable).parent
_LOOK_SECONDS = 0.0005


@dataclass(frozen=True)
class Carrier:
    """Two databases and a bus."""

    name: str
    hub_url: str
    district_url: str
    bus_url: str


class Party:
    """One of the two programs, and a way into its database."""

    def __init__(self, program: str, environment: Mapping[str, str], folder: Path) -> None:
        self._command = [str(_PROGRAMS / program)]
        self.environment = {**os.environ, **environment}
        self._journal = folder / f"{program}.log"
        self.engine = open_engine(environment["BANYAN_DATABASE_URL"])
        self.sessions = sessionmaker(self.engine)

    def run(self, *arguments: str) -> None:
        """Gives the program one command."""
        subprocess.run([*self._command, *arguments], env=self.environment, check=True, capture_output=True)  # noqa: S603

    @contextmanager
    def syncing(self) -> Iterator[None]:
        """Lets the program send and receive."""
        with self._journal.open("ab") as journal:
            process = subprocess.Popen([*self._command, "sync"], env=self.environment, stdout=journal, stderr=journal)  # noqa: S603
        try:
            yield
        finally:
            process.terminate()
            process.wait()


class Stage:
    """The two parties, ready to be measured."""

    def __init__(self, carrier: Carrier, hub: Party, district: Party) -> None:
        self.carrier = carrier
        self.hub = hub
        self.district = district

    def announce(self, count: int, *, at_once: int) -> None:
        """Commits `count` hour events in the district, `at_once` in each transaction."""
        announce(self.district.sessions, count, at_once=at_once)

    def district_settings(self) -> Settings:
        """What the district's program was told."""
        os.environ.update(self.district.environment)
        return read_settings()

    @property
    def head(self) -> int:
        """The last event that the district has committed."""
        with self.district.sessions() as session:
            [head] = mailbox.log.heads(session)
            return head.sequence

    @contextmanager
    def look(self) -> Iterator[Callable[[], int]]:
        """A quick look at the hub: the last event whose effect is visible there."""
        # Each look is a transaction of its own, and on SQLite one that does not ask for the write lock.
        query = text("SELECT sequence FROM stream_cursor WHERE stream = :stream").bindparams(stream=STREAM)
        with self.hub.engine.connect().execution_options(**sqlite.READ_ONLY) as connection:

            def visible() -> int:
                sequence: int = connection.execute(query).scalar_one()
                connection.rollback()
                return sequence

            yield visible

    def wait_for(self, sequence: int, *, pause: float = _LOOK_SECONDS) -> float:
        """Waits until event `sequence` is visible at the hub; gives the moment, on the clock that processes share."""
        with self.look() as visible:
            while visible() < sequence:
                time.sleep(pause)
            return time.monotonic()


def announce(sessions: "sessionmaker[Session]", count: int, *, at_once: int) -> None:
    """Commits `count` hour events, `at_once` in each transaction."""
    done = 0
    while done < count:
        size = min(at_once, count - done)
        with sessions.begin() as session:
            for state in hours(size):
                mailbox.log.announce(session, STREAM, type=HOURS_CERTIFIED, key=state.entry_id, version=1, data=state)
        done += size


_REGISTRATIONS = [str(uuid.UUID(int=number)) for number in range(5_000)]
_ORGANIZATIONS = [str(uuid.UUID(int=number)) for number in range(200)]
_FIELDS = ("为老服务", "环保", "文化", "助残", "交通引导")
_began = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
_made = 0


def hours(count: int) -> Iterator[HourEntryState]:
    """That many new hour entries of 5,000 volunteers in 200 organizations, over a year."""
    global _made  # noqa: PLW0603 - entries differ from call to call
    for number in range(_made, _made + count):
        started_at = _began + timedelta(hours=number % (365 * 24))
        minutes = 60 + number % 180
        yield HourEntryState(
            entry_id=str(uuid.uuid4()),
            registration_id=_REGISTRATIONS[number * 7 % len(_REGISTRATIONS)],
            organization_id=_ORGANIZATIONS[number % len(_ORGANIZATIONS)],
            activity="周末社区图书整理与导读服务",
            field=_FIELDS[number % len(_FIELDS)],
            month=f"{started_at.astimezone(ZONE):%Y-%m}",
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=minutes),
            raw_minutes=minutes,
            credited_minutes=minutes,
            certified_by="coordinator",
        )
    _made += count


def open_engine(url: str) -> Engine:
    """An engine set up as the programs set up theirs."""
    engine = create_engine(url)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    return engine


@contextmanager
def stage(carrier: Carrier, folder: Path) -> Iterator[Stage]:
    """The parties on `carrier`, enrolled and with their tables."""
    hub_key, district_key = signing.generate_key(), signing.generate_key()
    hub = Party(
        "banyan-hub", _environment(carrier.hub_url, carrier.bus_url, hub_key) | {"BANYAN_HUB_TOKEN_KEY": _key()}, folder
    )
    district = Party(
        "banyan-district",
        _environment(carrier.district_url, carrier.bus_url, district_key)
        | {
            "BANYAN_DISTRICT": DISTRICT,
            "BANYAN_DISTRICT_NAME": "福田区",
            "BANYAN_HUB_KEY": signing.public_jwk(hub_key).decode(),
            "BANYAN_TOKEN_KEY": _key(),
        },
        folder,
    )
    mailbox.log.listen(district.sessions)
    offered = folder / "district.jwk"
    offered.write_bytes(signing.public_jwk(district_key))
    with ExitStack() as stack:
        for party in (hub, district):
            stack.callback(party.engine.dispose)
            party.run("db", "upgrade")
        district.run("setup")
        hub.run("district", "add", DISTRICT, "--name", "福田区", "--region", "440304", "--key", str(offered))
        yield Stage(carrier, hub, district)


def _environment(database_url: str, bus_url: str, key: OKPKey) -> dict[str, str]:
    return {
        "BANYAN_DATABASE_URL": database_url,
        "BANYAN_BUS_URL": bus_url,
        "BANYAN_SIGNING_KEY": signing.private_jwk(key).decode(),
        "BANYAN_SECRET_KEY": _key(),
        "BANYAN_FIELD_KEYS": Fernet.generate_key().decode(),
    }


def _key() -> str:
    return b64encode(os.urandom(32)).decode()
