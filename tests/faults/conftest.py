"""Who must outlive the faults?"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sync import streams
from tests.faults.pair import Pair, pair_in
from tests.support import parties
from tests.support.gateway import gateway_for
from tests.support.parties import City
from tests.support.town import Town, town


@pytest.fixture(name="town")
def town_on_one_machine(tmp_path: Path, embedded_url: str) -> Iterator[Town]:
    """A hub and two districts as real programs on SQLite and the embedded bus."""
    with town(tmp_path, "futian", "luohu", bus_url=embedded_url) as made:
        yield made


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A district and the hub, who take turns."""
    with pair_in(tmp_path) as made:
        yield made


@pytest.fixture(
    params=[
        "sqlite and embedded",
        pytest.param("postgresql and rabbitmq", marks=pytest.mark.long),
        pytest.param("sqlite and https", marks=pytest.mark.long),
        pytest.param("postgresql and https", marks=pytest.mark.long),
    ]
)
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[City]:
    """Parties that know nothing but the wire, none of which is running yet. HTTPS ends at the hub's other bus."""
    names = (streams.HUB, "futian", "luohu")
    database, _, carrier = request.param.partition(" and ")
    with ExitStack() as stack:
        on_broker = database == "postgresql" and carrier != "embedded"
        bus = request.getfixturevalue("rabbitmq_url" if on_broker else "embedded_url")
        if database == "sqlite":
            urls = {name: f"sqlite:///{tmp_path / name}.db" for name in names}
        else:
            server = request.getfixturevalue("postgresql_server")
            urls = {name: stack.enter_context(server.database(f"{name}-{tmp_path.name}"[:60])) for name in names}
        made = stack.enter_context(parties.city(tmp_path, bus_url=bus, database_urls=urls))
        if carrier == "https":
            keys = {code: district.key for code, district in made.districts.items()}
            gateway = gateway_for(keys, tmp_path, bus_url=bus)
            stack.enter_context(gateway.running())
            made.district_bus_url = gateway.bus_url
        yield made
