"""Who makes up the city, and what is each of them told?"""

import json
import os
import secrets
import shlex
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from demo.bus import bus_of
from demo.errors import START_OVER, DemoError
from sync.messages.signing import generate_key, private_jwk, public_jwk, read_key

REGISTERS = Path(__file__).parent / "registers"
EXPORTED_ON = "2026-10-31"

# Where this Python is, there are the two programs.
_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Party:
    """The hub or a district: its program, its folder in the city's, and the port of its pages."""

    code: str
    name: str
    program: str
    city: Path

    @property
    def folder(self) -> Path:
        """Where everything of this party is, and nothing of another's."""
        return self.city / self.code

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.folder / "banyan.db"

    def command(self, *arguments: str) -> list[str]:
        """How its program is called."""
        return [str(_PROGRAMS / self.program), *arguments]

    def environment(self) -> dict[str, str]:
        """What its program finds in its environment: this machine's, without anybody else's settings, and its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BANYAN_")}
        return inherited | read_environment(self.folder)

    def run(self, *arguments: str, told: str | None = None) -> str:
        """What the program answers; raises `DemoError` with its own words where it refuses. `told` is its standard input."""
        done = subprocess.run(  # noqa: S603 - our own programs
            self.command(*arguments), env=self.environment(), input=told, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            tried = f"{self.program} {' '.join(arguments)} for {self.name}"
            raise DemoError(f"{tried} did not work:\n{done.stderr.strip()}\n{START_OVER}")
        return done.stdout

    def status(self) -> dict[str, Any]:
        """What the program says about itself."""
        answer: dict[str, Any] = json.loads(self.run("status", "--json"))
        return answer


@dataclass(frozen=True)
class District(Party):
    """A district, its number in GB/T 2260, and the two files that its old system handed over."""

    region: str
    volunteers: Path
    hours: Path


def hub_of(city: Path) -> Party:
    """The city's hub."""
    return Party("hub", "市志愿者联合会", "banyan-hub", city)


def districts_of(city: Path) -> list[District]:
    """The three districts that join."""
    return [
        District(code, name, "banyan-district", city, region, REGISTERS / code / volunteers, REGISTERS / code / hours)
        for code, name, region, volunteers, hours in (
            ("futian", "福田区", "440304", "volunteers.csv", "hours.csv"),
            ("luohu", "罗湖区", "440303", "volunteers.xlsx", "hours.xlsx"),
            ("nanshan", "南山区", "440305", "volunteers.csv", "hours.csv"),
        )
    ]


def tell(hub: Party, districts: list[District], addresses: Mapping[str, str]) -> None:
    """Writes each party's settings; `addresses` are those of their pages, by code.

    The secrets of each are made the first time and stay what they are.
    """
    # All have the same; after an interruption perhaps not yet all of them.
    kept = (_kept(party, "BANYAN_TOKEN_KEY") for party in (hub, *districts))
    token_key = next(filter(None, kept), None) or _hash_key()
    own = {
        "BANYAN_HUB_TOKEN_KEY": _kept(hub, "BANYAN_HUB_TOKEN_KEY") or _hash_key(),
        "BANYAN_TOKEN_KEY": token_key,
        # Nobody is reached from here, and the districts' programs are on this machine.
        "BANYAN_DEMO_OUTBOX": "true",
        "BANYAN_CLIENT_NETWORKS": "127.0.0.0/8",
    }
    _write_environment(hub.folder, _common(hub, addresses) | own)
    hub_key = public_key(hub)
    for district in districts:
        own = {
            "BANYAN_DISTRICT": district.code,
            "BANYAN_DISTRICT_NAME": district.name,
            "BANYAN_HUB_KEY": hub_key,
            "BANYAN_TOKEN_KEY": token_key,
        }
        _write_environment(district.folder, _common(district, addresses) | own)


def public_key(party: Party) -> str:
    """The key that others check `party`'s words with."""
    return public_jwk(read_key(read_environment(party.folder)["BANYAN_SIGNING_KEY"].encode())).decode()


def read_environment(folder: Path) -> dict[str, str]:
    """The settings written in `folder`; empty before there are any."""
    path = _environment_file(folder)
    if not path.exists():
        return {}
    return dict(setting.split("=", 1) for setting in shlex.split(path.read_text()))


def _common(party: Party, addresses: Mapping[str, str]) -> dict[str, str]:
    return {
        "BANYAN_PUBLIC_URL": addresses[party.code],
        "BANYAN_BEACON_SECONDS": "2",
        "BANYAN_BUS_URL": f"sqla+sqlite:///{bus_of(party.city)}",
        "BANYAN_DATABASE_URL": f"sqlite:///{party.database}",
        "BANYAN_FIELD_KEYS": _kept(party, "BANYAN_FIELD_KEYS") or Fernet.generate_key().decode(),
        "BANYAN_HEARTBEAT_FILE": str(party.folder / "heartbeat"),
        "BANYAN_SECRET_KEY": _kept(party, "BANYAN_SECRET_KEY") or secrets.token_urlsafe(32),
        # The pages are on this machine, without HTTPS.
        "BANYAN_SECURE_COOKIES": "false",
        "BANYAN_SIGNING_KEY": _kept(party, "BANYAN_SIGNING_KEY") or private_jwk(generate_key()).decode(),
    }


def _kept(party: Party, name: str) -> str | None:
    return read_environment(party.folder).get(name)


def _hash_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _environment_file(folder: Path) -> Path:
    return folder / "environment"


def _write_environment(folder: Path, settings: Mapping[str, str]) -> None:
    """Readable for its owner alone."""
    write_secret(
        _environment_file(folder), "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(settings.items()))
    )


def write_secret(path: Path, text: str) -> None:
    """Writes `path` whole or not at all, for its owner alone."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    os.replace(unfinished, path)
