"""How does a test have a hub that invites, and a machine on which a district may begin?"""

import os
import shlex
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

import federation.cli
import tenants.cli
from federation.app import create_app
from federation.db import db
from federation.settings import read_settings as read_hub_settings
from sync.databases import sqlite
from sync.messages import signing
from sync.programs.program import Participant, Program, ProgramSettings
from sync.settings import WireSettings
from tenants.settings import read_settings as read_district_settings
from tests.support.city import BEACON_SECONDS, District, Hub, serve
from tests.support.web import serving

PROGRAMS = {"banyan-hub": federation.cli, "banyan-district": tenants.cli}


@dataclass
class Machine:
    """A folder and an environment in which one of the two programs is called."""

    program: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, told: str | None = None) -> Result:
        """What the program does with these arguments, and `told` as its standard input."""
        module = PROGRAMS[self.program]
        with self.settings():
            return CliRunner().invoke(module.main, arguments, input=told)

    def done(self, *arguments: str, told: str | None = None) -> str:
        """What the program printed, which succeeded."""
        result = self.run(*arguments, told=told)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str) -> str:
        """The sentence with which the program refused."""
        result = self.run(*arguments)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
        return " ".join(result.stderr.replace("│", " ").split())

    @contextmanager
    def settings(self) -> Iterator[None]:
        """Inside, the folder and environment are those of the machine, without any other party's settings."""
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("BANYAN_")]:
                patch.delenv(name)
            for name, value in {**self.environment, "COLUMNS": "200"}.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            yield

    def read_environment(self, file: Path) -> None:
        """Takes the settings that stand in a file for a shell."""
        self.environment = dict(line.split("=", 1) for line in shlex.split(file.read_text()))
        self.environment["BANYAN_BEACON_SECONDS"] = str(BEACON_SECONDS)
        self.environment["BANYAN_LANGUAGE"] = "en"


def hub_machine(folder: Path, *, bus_url: str, district_bus_url: str, broker_url: str | None = None) -> Machine:
    """The hub's, with its tables and everything that it hands out but its own address."""
    folder.mkdir()
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'hub.db'}",
        "BUS_URL": bus_url,
        "BEACON_SECONDS": str(BEACON_SECONDS),
        "DISTRICT_BUS_URL": district_bus_url,
        "SIGNING_KEY": signing.private_jwk(signing.generate_key()).decode(),
        "SECRET_KEY": "for tests only",
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "HUB_TOKEN_KEY": b64encode(os.urandom(32)).decode(),
        "TOKEN_KEY": b64encode(os.urandom(32)).decode(),
        "LANGUAGE": "en",
    }
    if broker_url:
        environment["BROKER_URL"] = broker_url
    machine = Machine("banyan-hub", folder, {f"BANYAN_{name}": value for name, value in environment.items()})
    machine.done("db", "upgrade")
    return machine


@contextmanager
def answering(hub: Machine, *, as_bus: bool = False) -> Iterator[str]:
    """The hub at its public address, which is in its settings meanwhile; districts reach the bus there where it is `as_bus`."""
    with hub.settings():
        app = create_app(read_hub_settings())
    try:
        # What it logs would get among what a command prints in the same process.
        with capture_logs(), serving(app) as address:
            hub.environment["BANYAN_PUBLIC_URL"] = address
            if as_bus:
                hub.environment["BANYAN_DISTRICT_BUS_URL"] = f"{address}/api/v1/bus"
            with hub.settings():
                app.config["SETTINGS"] = read_hub_settings()
            yield address
    finally:
        with app.app_context():
            db.engine.dispose()


@contextmanager
def syncing(hub: Machine, district: Machine) -> Iterator[tuple[Hub, District]]:
    """Both sides at work, each with its own account on the bus."""
    with ExitStack() as stack:
        with hub.settings():
            hub_settings = read_hub_settings()
        with district.settings():
            district_settings = read_district_settings()
        hub_side = Hub(*part(stack, federation.cli.PROGRAM, hub_settings), hub_settings)
        district_side = District(*part(stack, tenants.cli.PROGRAM, district_settings), district_settings)
        stop = threading.Event()
        for side in (hub_side, district_side):
            thread = threading.Thread(target=serve, args=(side, side.wire.bus_url, stop))
            thread.start()
            stack.callback(thread.join)
        stack.callback(stop.set)
        yield hub_side, district_side


def part(
    stack: ExitStack, program: Program, settings: ProgramSettings
) -> "tuple[Participant, sessionmaker[Session], WireSettings]":
    """What `program` is in the streams with these `settings`, the sessions of its database, and what it needs of the bus."""
    engine = create_engine(settings.database_url)
    stack.callback(engine.dispose)
    sqlite.prepare(engine)
    sessions = sessionmaker(engine)
    participant = program.participant(settings, sessions)
    participant.log.listen(sessions)
    return participant, sessions, settings.wire
