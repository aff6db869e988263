"""How does a test get a RabbitMQ of its own?"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from amqp.exceptions import AccessRefused
from kombu import Connection
from kombu.exceptions import OperationalError

from federation.broker.definitions import Account, definitions
from sync.addresses import queue_names
from tests.support import servers
from tests.support.servers import Missing
from tests.support.waiting import eventually

# Debian's `rabbitmq-server` on the path is a wrapper that insists on its own user and folders.
_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_BOOT_SECONDS = 90


@dataclass(frozen=True)
class RabbitMQ:
    """A running broker."""

    port: int
    management_port: int | None = None

    @property
    def url(self) -> str:
        """Its AMQP address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def address(self) -> str:
        """Its AMQP address without an account."""
        return f"amqp://127.0.0.1:{self.port}//"

    @property
    def management_url(self) -> str:
        """The address of its management API, with the administrator's account."""
        return f"http://guest:guest@127.0.0.1:{self.management_port}"

    def lay_out(self, *codes: str) -> None:
        """Makes what the hub has made for districts that take part, without the accounts."""
        laid = definitions(Account(code) for code in codes)
        with Connection(self.url) as connection:
            channel = connection.channel()
            for exchange in laid["exchanges"]:
                channel.exchange_declare(exchange["name"], exchange["type"], durable=True, auto_delete=False)
            for queue in laid["queues"]:
                channel.queue_declare(queue["name"], durable=True, auto_delete=False, arguments=queue["arguments"])
            for binding in laid["bindings"]:
                channel.queue_bind(binding["destination"], binding["source"], binding["routing_key"])

    def forget(self, *parties: str) -> None:
        """Removes what waits for `parties`."""
        with Connection(self.url) as connection:
            channel = connection.channel()
            for name in (name for party in parties for name in queue_names(party)):
                channel.queue_delete(name)

    def answers(self) -> bool:
        """Whether the broker takes connections by now."""
        try:
            with Connection(self.url, connect_timeout=5) as connection:
                connection.connect()
        except AccessRefused:
            # It has other accounts than the usual one.
            return True
        except (OSError, OperationalError):
            return False
        return True


@dataclass
class Node:
    """A broker of a test's own, which may freeze or die and begin again with what it has on its disk."""

    broker: RabbitMQ
    log: Path
    _command: Callable[[], "subprocess.Popen[bytes]"]
    _process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """Ends it at once, as a machine does that loses its power."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def freeze(self) -> None:
        """Stops it in mid-word; its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

    def start(self) -> None:
        """Begins again after `kill`, and waits until it answers."""
        self._process = self._command()
        eventually(self.broker.answers, within=_BOOT_SECONDS)

    def stop(self) -> None:
        """Ends it in whatever state it is."""
        if self._process.poll() is None:
            self.thaw()
            servers.stop(self._process)

    def _signal(self, number: signal.Signals) -> None:
        os.killpg(self._process.pid, number)


@contextmanager
def running(*, accounts: Path | None = None, managed: bool = False) -> Iterator[RabbitMQ]:
    """A new broker, as `node` has it."""
    with node(accounts=accounts, managed=managed) as own:
        yield own.broker


@contextmanager
def node(*, accounts: Path | None = None, managed: bool = False) -> Iterator[Node]:
    """A new broker in a folder of its own, with its own name server, cookie and ports; raises `Missing`.

    `accounts` is a file of definitions whose accounts replace the usual one; a `managed` broker has the management plugin.
    """
    epmd = shutil.which("epmd")
    if not _PROGRAM.exists() or epmd is None:
        raise Missing("RabbitMQ is not installed")
    folder = Path(tempfile.mkdtemp(prefix="banyan-rabbitmq-"))
    names_port = servers.free_port()
    broker = RabbitMQ(servers.free_port(), servers.free_port() if managed else None)
    log = folder / "log"
    # Erlang would start a name server that outlives the broker.
    names = servers.start([epmd, "-port", str(names_port), "-address", "127.0.0.1"], output=log)
    try:
        eventually(lambda: _listens(names_port))
        command = partial(servers.start, [_PROGRAM], output=log, env=_environment(folder, broker, names_port, accounts))
        process = command()
        own = Node(broker, log, command, process)
        try:
            eventually(lambda: process.poll() is not None or broker.answers(), within=_BOOT_SECONDS)
            if process.poll() is not None:
                raise Missing(f"RabbitMQ ended at once: {log.read_text()[-500:]}")
            yield own
        finally:
            own.stop()
    finally:
        servers.stop(names)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, broker: RabbitMQ, names_port: int, accounts: Path | None) -> dict[str, str]:
    config = folder / "rabbitmq.conf"
    lines = [f"listeners.tcp.local = 127.0.0.1:{broker.port}", "log.console = true", "log.console.level = warning"]
    if accounts:
        lines.append(f"load_definitions = {accounts}")
    if broker.management_port:
        lines += ["management.tcp.ip = 127.0.0.1", f"management.tcp.port = {broker.management_port}"]
    config.write_text("\n".join([*lines, ""]))
    plugins = folder / "enabled_plugins"
    plugins.write_text("[rabbitmq_management].\n" if broker.management_port else "[].\n")
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names_port),
        "RABBITMQ_NODENAME": "banyan@localhost",
        "RABBITMQ_NODE_PORT": str(broker.port),
        "RABBITMQ_DIST_PORT": str(servers.free_port()),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
