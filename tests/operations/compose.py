"""What would a container engine run for docker-compose.yml, without its images?"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.support import servers

ROOT = Path(__file__).parents[2]
_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Service:
    """A service as the file describes it."""

    name: str
    described: dict[str, Any]

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
    def secrets(self) -> set[str]:
        return set(self.described.get("secrets", []))

    @property
    def environment(self) -> dict[str, str]:
        return {name: _interpolated(str(value)) for name, value in self.described.get("environment", {}).items()}

    @property
    def needs(self) -> set[str]:
        return set(self.described.get("depends_on", {}))


class Composition:
    """The file, read without an engine."""

    def __init__(self) -> None:
        self.described = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        self.services = {name: Service(name, service) for name, service in self.described["services"].items()}

    @property
    def ours(self) -> list[Service]:
        return [service for service in self.services.values() if service.is_ours]

    def secret_file(self, name: str) -> str:
        """The name of the file that a secret comes from."""
        return Path(self.described["secrets"][name]["file"]).name

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

    What is in a container for itself, the addresses and files, is here in `folder` and on a free port.
    """

    service: Service
    folder: Path
    secret: Callable[[str], Path]

    @cached_property
    def port(self) -> int:
        return servers.free_port()

    @property
    def environment(self) -> dict[str, str]:
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return base | {name: self._here(value) for name, value in self.service.environment.items()}

    @property
    def command(self) -> list[str]:
        program, *arguments = (self._here(part) for part in self.service.described["command"])
        return [str(_PROGRAMS / program), *arguments]

    def run(self) -> str:
        """Runs a job to its end."""
        return self._finish(self.command)

    def ask(self, *arguments: str) -> str:
        """What the service's program answers inside the container."""
        return self._finish([self.command[0], *arguments])

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

    def _finish(self, command: list[str]) -> str:
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _here(self, value: str) -> str:
        if value.startswith("/tmp/"):  # noqa: S108 - the container's own
            return str(self.folder / f"{self.service.name}-{Path(value).name}")
        value = re.sub(r"/run/secrets/(\w+)", lambda found: str(self._granted(found[1])), value)
        return re.sub(r"(?:0\.0\.0\.0|127\.0\.0\.1):8000", f"127.0.0.1:{self.port}", value)

    def _granted(self, name: str) -> Path:
        assert name in self.service.secrets, f"{self.service.name} reads the secret {name}, which it is not given"
        return self.secret(name)


def _interpolated(value: str) -> str:
    """`value` where nobody has set a variable: each must have a default."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", r"\2", value)
