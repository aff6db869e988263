"""On which carriers, and over which databases, must the streams hold?"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sync import streams
from tests.support import parties
from tests.support.gateway import gateway_for
from tests.support.parties import City


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """A bus of each kind in which nothing waits."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite and embedded", "postgresql and rabbitmq", "sqlite and https", "postgresql and https"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[City]:
    """A hub and two districts, none of which is running yet. Where they use HTTPS, it ends at the hub's other bus."""
    names = (streams.HUB, "futian", "luohu")
    database, _, carrier = request.param.partition(" and ")
    with ExitStack() as stack:
        if database == "sqlite":
            bus = request.getfixturevalue("embedded_url")
            urls = {name: f"sqlite:///{tmp_path / name}.db" for name in names}
        else:
            server, bus = request.getfixturevalue("postgresql_server"), request.getfixturevalue("rabbitmq_url")
            urls = {name: stack.enter_context(server.database(f"{name}-{tmp_path.name}"[:60])) for name in names}
        made = stack.enter_context(parties.city(tmp_path, bus_url=bus, database_urls=urls))
        if carrier == "https":
            keys = {code: district.key for code, district in made.districts.items()}
            gateway = gateway_for(keys, tmp_path, bus_url=bus)
            stack.enter_context(gateway.running())
            made.district_bus_url = gateway.bus_url
        yield made
