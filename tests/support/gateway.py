"""How does a test get the hub's web program, as districts reach it that know HTTPS alone?"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from joserfc.jwk import OKPKey
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from federation.directory.models import District, DistrictKey
from federation.migrations import MIGRATIONS
from sync.messages import signing
from tests.support import servers
from tests.support.hub import hub_environment
from tests.support.waiting import eventually


@dataclass
class Gateway:
    """The hub's web program, which a test may end and start as it likes.

    With a `certificate`, a file that holds its key as well, it speaks HTTPS.
    """

    folder: Path
    environment: Mapping[str, str]
    certificate: Path | None = None
    port: int = field(default_factory=servers.free_port)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def bus_url(self) -> str:
        """The bus, as the gateway offers it."""
        return f"{self.address}/api/v1/bus"

    @property
    def address(self) -> str:
        """Where the program answers."""
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def get(self, path: str) -> httpx.Response:
        """The program's answer to somebody who does not ask for who it is."""
        return httpx.get(f"{self.address}{path}", verify=False, trust_env=False)  # noqa: S501 - it is our own

    def start(self) -> None:
        """Starts the program, and waits until it answers."""
        encrypted = {"GUNICORN_CMD_ARGS": f"--certfile={self.certificate}"} if self.certificate else {}
        self._process = servers.start(
            [Path(sys.executable).with_name("banyan-hub"), "web", "--bind", f"127.0.0.1:{self.port}"],
            output=self.folder / "web.log",
            env={**os.environ, **encrypted, **self.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        eventually(self._answers)

    def kill(self) -> None:
        """Ends the program as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """The program at work."""
        try:
            self.start()
            yield
        finally:
            self.kill()

    def _answers(self) -> bool:
        try:
            return self.get("/healthz").is_success
        except httpx.TransportError:
            return False


def gateway_for(keys: Mapping[str, OKPKey], folder: Path, *, bus_url: str, **changes: str) -> Gateway:
    """A gateway to `bus_url`, not yet started, whose hub knows nothing but districts and their `keys`."""
    database_url = f"sqlite:///{folder / 'gateway.db'}"
    engine = create_engine(database_url)
    MIGRATIONS.upgrade(engine)
    at = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        session.add_all(District(code=code, name=code, region_code="440304", joined_at=at) for code in keys)
        session.flush()
        session.add_all(
            DistrictKey(district=code, key_id=key.kid, jwk=signing.public_jwk(key), not_before=at) for code, key in keys.items()
        )
    engine.dispose()
    return Gateway(folder, hub_environment(database_url, folder, BUS_URL=bus_url, **changes))
