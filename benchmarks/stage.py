"""Who takes part in a measurement?

A hub and one district as in production: their own databases, and the programs `banyan-hub sync` and `banyan-district sync`.
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

from benchmarks.carriers import DISTRICT, Carrier, open_engine
from benchmarks.looking import look_at
from benchmarks.ways import Visible, wait_for
from sync import streams
from sync.messages import signing
from tenants import mailbox
from tenants.settings import Settings, read_settings

STREAM = streams.up(DISTRICT)
_REACHED = f"SELECT sequence FROM stream_cursor WHERE stream = '{STREAM}'"  # noqa: S608 - a name of our own
_PROGRAMS = Path(sys.executable).parent


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
    def syncing(self) -> Iterator[int]:
        """Lets the program send and receive; gives its process's number."""
        with self._journal.open("ab") as journal:
            process = subprocess.Popen([*self._command, "sync"], env=self.environment, stdout=journal, stderr=journal)  # noqa: S603
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


class Stage:
    """The two parties, ready to be measured."""

    def __init__(self, hub: Party, district: Party, district_key: OKPKey) -> None:
        self.hub = hub
        self.district = district
        self.district_key = district_key

    def district_settings(self) -> Settings:
        """What the district's program was told."""
        os.environ.update(self.district.environment)
        return read_settings()

    def look(self) -> AbstractContextManager[Visible]:
        """A look at the hub: the last event whose effect is visible there."""
        return look_at(self.hub.environment["BANYAN_DATABASE_URL"], _REACHED)

    def settle(self) -> None:
        """Waits until all that the district has committed is visible at the hub."""
        with self.district.sessions() as session:
            [head] = mailbox.log.heads(session)
        with self.look() as visible:
            wait_for(visible, head.sequence)


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
        yield Stage(hub, district, district_key)


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
