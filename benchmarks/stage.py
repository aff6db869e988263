"""Who takes part in a measurement?

A hub and districts as in production: their own databases, and the programs `banyan-hub sync` and `banyan-district sync`.
"""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from joserfc.jwk import OKPKey
from sqlalchemy.orm import sessionmaker

from benchmarks.carriers import DISTRICT, DISTRICTS, Carrier, open_engine
from benchmarks.looking import look_at
from benchmarks.ways import Visible, wait_for
from sync import streams
from sync.messages import signing
from tenants import mailbox
from tenants.settings import Settings, read_settings

STREAM = streams.up(DISTRICT)
_REACHED = "SELECT stream, sequence FROM stream_cursor"
_PROGRAMS = Path(sys.executable).parent


class Party:
    """One of the programs, and a way into its database."""

    def __init__(self, program: str, environment: Mapping[str, str], journal: Path) -> None:
        self._command = [str(_PROGRAMS / program)]
        self.environment = {**os.environ, **environment}
        self._journal = journal
        self.engine = open_engine(environment["BANYAN_DATABASE_URL"])
        self.sessions = sessionmaker(self.engine)

    def run(self, *arguments: str) -> None:
        """Gives the program one command."""
        subprocess.run([*self._command, *arguments], env=self.environment, check=True, capture_output=True)  # noqa: S603

    def syncing(self, *options: str) -> AbstractContextManager[int]:
        """Lets the program send and receive; gives its process's number."""
        return self.running("sync", *options)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[int]:
        """Lets the program do what it does until it is ended; gives its process's number."""
        command = [*self._command, *arguments]
        with self._journal.open("ab") as journal:
            process = subprocess.Popen(command, env=self.environment, stdout=journal, stderr=journal)  # noqa: S603
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


class Stage:
    """The parties, ready to be measured; `districts` has each by its code, `DISTRICT` first, whose key is `district_key`."""

    def __init__(self, hub: Party, districts: Mapping[str, Party], district_key: OKPKey) -> None:
        self.hub = hub
        self.districts = districts
        self.district = districts[DISTRICT]
        self.district_key = district_key

    @contextmanager
    def hub_syncing(self) -> Iterator[None]:
        """Lets the hub send and receive, with a process for each district."""
        of = len(self.districts)
        with ExitStack() as stack:
            for number in range(1, of + 1):
                stack.enter_context(self.hub.syncing("--share", f"{number}/{of}"))
            yield

    @contextmanager
    def districts_syncing(self) -> Iterator[None]:
        """Lets all districts send and receive."""
        with ExitStack() as stack:
            for district in self.districts.values():
                stack.enter_context(district.syncing())
            yield

    def district_settings(self) -> Settings:
        """What the district's program was told."""
        os.environ.update(self.district.environment)
        return read_settings()

    def look(self) -> AbstractContextManager[Visible]:
        """A look at the hub: how many events of all districts have their effect there."""
        return look_at(self.hub.environment["BANYAN_DATABASE_URL"], _REACHED)

    def settle(self) -> None:
        """Waits until all that the districts have committed is visible at the hub."""
        committed = 0
        for district in self.districts.values():
            with district.sessions() as session:
                committed += sum(head.sequence for head in mailbox.log.heads(session))
        with self.look() as visible:
            wait_for(visible, committed)


@contextmanager
def stage(carrier: Carrier, folder: Path, *, districts: int = 1) -> Iterator[Stage]:
    """The hub and so many districts on `carrier`, enrolled and with their tables."""
    codes = DISTRICTS[:districts]
    hub_key, token_key = signing.generate_key(), _key()
    keys = {code: signing.generate_key() for code in codes}
    hub = Party(
        "banyan-hub",
        _environment(carrier.hub_url, carrier.bus_url, hub_key)
        | {"BANYAN_HUB_TOKEN_KEY": _key(), "BANYAN_INCARNATION_FILE": str(folder / "hub.incarnation")},
        folder / "hub.log",
    )
    with ExitStack() as stack:
        stack.callback(hub.engine.dispose)
        hub.run("db", "upgrade")
        parties = {}
        for code, key in keys.items():
            environment = _environment(carrier.district_urls[code], carrier.bus_url, key) | {
                "BANYAN_DISTRICT": code,
                "BANYAN_DISTRICT_NAME": code,
                "BANYAN_HUB_KEY": signing.public_jwk(hub_key).decode(),
                "BANYAN_TOKEN_KEY": token_key,
            }
            parties[code] = Party("banyan-district", environment, folder / f"{code}.log")
            stack.callback(parties[code].engine.dispose)
            mailbox.log.listen(parties[code].sessions)
            offered = folder / f"{code}.jwk"
            offered.write_bytes(signing.public_jwk(key))
            parties[code].run("db", "upgrade")
            parties[code].run("setup")
            hub.run("district", "add", code, "--name", code, "--region", "440304", "--key", str(offered))
        yield Stage(hub, parties, keys[DISTRICT])


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
