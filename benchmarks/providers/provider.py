"""What is known of a provider that is measured, and of the district that sends people there?"""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from joserfc.jwk import ECKey

from tests.support.waiting import eventually

WORKERS, THREADS = 2, 8
REDIRECT_URI = "https://district.example/callback"
SCOPE = "openid"


@dataclass(frozen=True)
class District:
    """A client: with a secret that it shows, or a `key` with which it signs; its ID tokens are signed by `algorithm`."""

    client_id: str
    algorithm: str
    secret: str = field(default="", repr=False)
    key: ECKey | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Provider:
    """A provider that answers at `port` in the name of `issuer`, with its endpoints' paths.

    `sign_in` signs so many people in, each in a browser of their own, and gives what each shows as its cookie.
    """

    name: str
    port: int
    authorize: str
    token: str
    keys: str
    district: District
    sign_in: Callable[[int], list[str]]

    @property
    def issuer(self) -> str:
        """In whose name it vouches."""
        return issuer_at(self.port)


def issuer_at(port: int) -> str:
    """The name of a provider on this machine."""
    return f"http://127.0.0.1:{port}"


def new_secret() -> str:
    """256 random bits, without what a form or a header would have to escape."""
    return b64encode(os.urandom(32), altchars=b"-_").decode().rstrip("=")


@contextmanager
def served(application: str, port: int, environment: Mapping[str, str], journal: Path, *, ready: str) -> Iterator[None]:
    """Serves a WSGI application as the hub's program serves its own, from when it answers at the path `ready`."""
    options = ["--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options, application]
    with journal.open("ab") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)  # noqa: S603
    try:
        wait_for(port, ready)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, path: str) -> None:
    """Waits until a server answers there."""
    eventually(lambda: _answers(port, path))


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200  # noqa: PLR2004 - OK
    except OSError:
        return False
    finally:
        connection.close()
