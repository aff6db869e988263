"""Which servers can a test ask for, and what was left out for want of one?"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher, profiles
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from sync import streams
from sync.accounts import passwords
from tests.support import postgresql, rabbitmq, servers
from tests.support.postgresql import PostgreSQL
from tests.support.rabbitmq import RabbitMQ

DISTRICTS = ("futian", "luohu", "nanshan")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: also what takes many seconds."""
    parser.addoption("--long", action="store_true", help="also run the tests that take many seconds")


def pytest_configure(config: pytest.Config) -> None:
    """`@pytest.mark.long`: a test that is chosen by `--long` alone, or where nothing may be left out."""
    config.addinivalue_line("markers", "long: takes many seconds")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Chooses the quick tests, unless somebody wants all."""
    if config.getoption("--long") or servers.STRICT:
        return
    chosen = [item for item in items if item.get_closest_marker("long") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session", autouse=True)
def what_costs_much_costs_little(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spares every test what is dear on purpose, or would be the same each time: hashing passwords, compiling templates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(profiles.CHEAPEST))
        compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        patch.setitem(Flask.jinja_options, "bytecode_cache", compiled)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL that all tests of the run share; started when the first of them asks."""
    try:
        with postgresql.running() as server:
            yield server
    except servers.Missing as missing:
        servers.leave_out(str(missing))


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The address of a new, empty database."""
    with postgresql_server.database(f"test-{uuid.uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitMQ]:
    """A RabbitMQ that all tests of the run share; started when the first of them asks."""
    try:
        with rabbitmq.running() as broker:
            yield broker
    except servers.Missing as missing:
        servers.leave_out(str(missing))


@pytest.fixture
def rabbitmq_url(rabbitmq_server: RabbitMQ) -> Iterator[str]:
    """The address of a broker that knows `DISTRICTS`, and in which nothing waits for one of them or for the hub."""
    rabbitmq_server.lay_out(*DISTRICTS)
    yield rabbitmq_server.url
    rabbitmq_server.forget(streams.HUB, *DISTRICTS)


@pytest.fixture
def embedded_url(tmp_path: Path) -> str:
    """The address of a new bus without a broker."""
    return f"sqla+sqlite:///{tmp_path / 'bus.db'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in the end what was left out, each reason once."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in skipped if isinstance(report.longrepr, tuple)]
    for reason in dict.fromkeys(reasons):
        count = reasons.count(reason)
        terminalreporter.line(f"left out: {count} test{'s' if count > 1 else ''}, because: {reason}", yellow=True)
