"""What would a container engine run for docker-compose.yml, without its images?"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from tests.support import servers

ROOT = Path(__file__).parents[2]
_PROGRAMS = Path(sys.executable).parent
_NAMES = Path(__file__).parent / "names"


@dataclass(frozen=True)
class Service:
    """A service as the file describes it."""

    name: str
    described: dict[str, Any]
    variables: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        return "build" in self.described

    @property
    def is_job(self) -> bool:
        return self.described.get("restart") == "on-failure"

    @property
    def networks(self) -> set[str]:
        return set(self.described["networks"])

    @property
    def names(self) -> Mapping[str, set[str]]:
        """By network, under which names others in it find the service."""
        joined = self.described["networks"]
        further = joined if isinstance(joined, dict) else {one: {} for one in joined}
        return {network: {self.name, *how.get("aliases", [])} for network, how in further.items()}

    @property
    def secrets(self) -> set[str]:
        return set(self.described.get("secrets", []))

    @property
    def environment(self) -> dict[str, str]:
        return {
            name: _interpolated(str(value), self.variables) for name, value in self.described.get("environment", {}).items()
        }

    @property
    def needs(self) -> set[str]:
        return set(self.described.get("depends_on", {}))


class Composition:
    """The file, read without an engine; `variables` are those of `.env`."""

    def __init__(self, variables: Mapping[str, str] = MappingProxyType({})) -> None:
        self.variables = variables
        self.described = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        self.services = {name: Service(name, service, variables) for name, service in self.described["services"].items()}

    @property
    def ours(self) -> list[Service]:
        return [service for service in self.services.values() if service.is_ours]

    def secret_file(self, name: str) -> str:
        """The name of the file that a secret comes from."""
        return Path(self.described["secrets"][name]["file"]).name

    def found_by(self, service: Service) -> set[str]:
        """The names that lead somewhere for `service`: of those that share a network with it."""
        others = self.services.values()
        return {name for other in others for one in service.networks & other.networks for name in other.names[one]}

    def range_of(self, network: str) -> str | None:
        """The addresses in a network, where the file says which."""
        described = (self.described["networks"][network] or {}).get("ipam")
        return _interpolated(described["config"][0]["subnet"], self.variables) if described else None

    def in_order(self) -> Iterator[Service]:
        """Our services, each after those that it depends on."""
        waiting = {service.name: service for service in self.ours}
        while waiting:
            ready = [service for service in waiting.values() if not service.needs & waiting.keys()]
            assert ready, f"these wait for each other: {sorted(waiting)}"
            for service in ready:
                yield waiting.pop(service.name)


@dataclass(frozen=True)
class Container:
    """A service's commands as they would run in its container: in its environment, with its secrets, and nothing else.

    What is in a container for itself, the addresses and files, is here in `folder`, and for each port there is a free one in
    `ports`. The names of others lead to them where both are in one network, and nowhere else. Where there are `authorities`,
    the machine trusts their certificates.
    """

    service: Service
    folder: Path
    secret: Callable[[str], Path]
    composition: Composition
    ports: Mapping[int, int]
    authorities: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        base |= {"PYTHONPATH": str(_NAMES), "CONTAINER_FINDS": " ".join(self.composition.found_by(self.service))}
        if self.authorities:
            base["SSL_CERT_FILE"] = str(self.authorities)
        return base | {name: self._here(value) for name, value in self.service.environment.items()}

    @property
    def command(self) -> list[str]:
        program, *arguments = (self._here(part) for part in self.service.described["command"])
        return [str(_PROGRAMS / program), *arguments]

    def run(self) -> str:
        """Runs a job to its end."""
        return self._finish(self.command)

    def ask(self, *arguments: str, typed: str | None = None) -> str:
        """What the service's program answers inside the container, where `typed` is typed into it."""
        return self._finish([self.command[0], *arguments], typed)

    def start(self) -> "subprocess.Popen[bytes]":
        """Starts what runs on."""
        return servers.start(self.command, output=self.log, env=self.environment)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.service.name}.log"

    def is_healthy(self) -> bool:
        """Whether the service's own check says so."""
        how, program, *arguments = (self._here(part) for part in self.service.described["healthcheck"]["test"])
        assert how == "CMD"
        return (
            subprocess.run([_PROGRAMS / program, *arguments], env=self.environment, capture_output=True, check=False).returncode
            == 0
        )

    def _finish(self, command: list[str], typed: str | None = None) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, input=typed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _here(self, value: str) -> str:
        if value.startswith("/tmp/"):  # noqa: S108 - the container's own
            return str(self.folder / f"{self.service.name}-{Path(value).name}")
        value = re.sub(r"/run/secrets/(\w+)", lambda found: str(self._granted(found[1])), value)
        for network in self.service.networks:
            if addresses := self.composition.range_of(network):
                value = value.replace(addresses, "127.0.0.0/8")
        return on_this_machine(value, self.ports)

    def _granted(self, name: str) -> Path:
        assert name in self.service.secrets, f"{self.service.name} reads the secret {name}, which it is not given"
        return self.secret(name)


def on_this_machine(value: str, ports: Mapping[int, int]) -> str:
    """`value`, with the free port of each port that stands in an address."""
    changed = re.sub(r"(?<=[a-z0-9]):(80\d\d)\b", lambda found: f":{ports[int(found[1])]}", value)
    return changed.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - nobody else is to reach it


def _interpolated(value: str, variables: Mapping[str, str]) -> str:
    """`value` with the `variables` that are set; each must have a default."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: variables.get(found[1], found[2]), value)
