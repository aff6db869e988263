"""How does a test get a PostgreSQL of its own?"""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support import servers
from tests.support.servers import Missing
from tests.support.waiting import eventually

_USER = "banyan"
_PREFIX = "banyan-postgresql-"


@dataclass(frozen=True)
class PostgreSQL:
    """A running server that trusts everybody on this machine."""

    port: int

    def url(self, database: str) -> str:
        """The SQLAlchemy address of `database`."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The address of a new, empty database, which is dropped in the end whoever is still connected."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield self.url(name)
        finally:
            self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(statement)

    @property
    def _dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={_USER} dbname=postgres"

    def answers(self) -> bool:
        """Whether the server takes connections by now."""
        try:
            psycopg.connect(self._dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running(*, durable: bool = False, **also: str) -> Iterator[PostgreSQL]:
    """A new server in a folder of its own, `also` with these settings; raises `Missing`.

    Only a `durable` one waits for its disk, as measuring needs.
    """
    programs = _programs()
    user = servers.unprivileged_user("postgres")
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)) if durable else servers.fleeting_folder(_PREFIX)
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        servers.run(
            [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], user=user
        )
        server = PostgreSQL(servers.free_port())
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            **also,
        }
        if not durable:
            # Its log of changes, too, stays small enough for memory.
            settings |= {"fsync": "off", "full_page_writes": "off", "max_wal_size": "64MB", "min_wal_size": "32MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = folder / "log"
        process = servers.start([programs / "postgres", "-D", data, "-p", str(server.port), *options], output=log, user=user)
        try:
            eventually(lambda: process.poll() is not None or server.answers())
            if process.poll() is not None:
                raise Missing(f"PostgreSQL ended at once: {log.read_text()[-500:]}")
            yield server
        finally:
            servers.stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def somebody_waits(url: str) -> bool:
    """Whether somebody waits in the database at `url` for what somebody else has locked."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.execute(waiting).fetchone() != (0,))


def _programs() -> Path:
    """The folder of the newest PostgreSQL: Debian keeps them apart by version and shows only the clients."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise Missing("PostgreSQL is not installed")
    return Path(found).resolve().parent
