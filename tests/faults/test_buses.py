"""Faults 16 to 18: what becomes of everybody's work when the bus is away, dies, or hangs?"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from sync import streams
from tenants.app import create_app
from tenants.db import db
from tenants.organizations.arranging import found_district
from tests.faults.checker import come_right
from tests.faults.wire import EVERYBODY, finish
from tests.support import rabbitmq, servers
from tests.support.desk import program
from tests.support.district import District as Desk
from tests.support.parties import City
from tests.support.proxy import Proxy, proxied
from tests.support.rabbitmq import Node
from tests.support.town import Town, town
from tests.support.waiting import eventually

BEFORE_IT_IS_NOTICED_SECONDS = 60.0


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A broker that these tests may kill."""
    try:
        with rabbitmq.node() as own:
            yield own
    except servers.Missing as missing:
        servers.leave_out(str(missing))


@pytest.fixture
def on_broker(node: Node, tmp_path: Path) -> Iterator[Town]:
    """A town whose bus is that broker, on which nothing waits."""
    node.broker.lay_out("futian", "luohu")
    with town(tmp_path, "futian", "luohu", bus_url=node.broker.url) as made:
        yield made
    # Shown where the test fails.
    sys.stdout.write(node.log.read_text())
    node.broker.forget(*EVERYBODY)


@pytest.fixture
def way(node: Node) -> Iterator[Proxy]:
    """The way of one party to the broker."""
    with proxied(node.broker.port) as proxy:
        yield proxy


def over(way: Proxy) -> str:
    """The broker's address, by that way."""
    return f"amqp://guest:guest@127.0.0.1:{way.port}//"


def fail(way: Proxy, fault: str) -> None:
    """Lets the way be frozen, half open, cut or slow: 50 ms for each piece, and no more bytes than a modem."""
    if fault == "slow":
        way.delay_seconds, way.bytes_per_second = 0.05, 20_000
    else:
        {"frozen": way.freeze, "half open": way.lose_answers, "cut": way.cut}[fault]()


@contextmanager
def desk(town: Town, code: str) -> Iterator[Desk]:
    """The desk of a district of the town."""
    settings = town.district(code).settings
    app = create_app(settings)
    with app.app_context():
        root = found_district(db.session(), district=code, name=settings.district_name)
        db.session.commit()
        yield Desk(app, settings, root)
        db.session.remove()
        db.engine.dispose()


def certify(desk: Desk) -> None:
    """Somebody at the desk certifies what waits there, and is answered."""
    machine = program(desk)
    desk.submitted()
    waiting: Any = machine.get("/api/v1/queue").json
    answer = machine.send("POST", "/api/v1/queue/certification", json={"entries": None, "until": waiting["until"]})
    done: Any = answer.json
    assert (answer.status_code, done["entries"]) == (200, 1)


def is_noticed(journal: list[Any], part: str) -> None:
    """Waits until the loop that sends, or the one that receives, has given up waiting for the bus."""
    told = {"event": "interrupted", "part": part}
    eventually(lambda: any(told.items() <= entry.items() for entry in journal), within=BEFORE_IT_IS_NOTICED_SECONDS)


@pytest.mark.parametrize("city", ["sqlite and embedded"], indirect=True)
def test_17_the_file_of_the_bus_may_be_deleted_under_everybody(city: City) -> None:
    with city.running(*EVERYBODY):
        for turn in range(3):
            city.districts["futian"].announce(4, first=turn * 4)
            for file in city.folder.glob("bus.db*"):
                file.unlink(missing_ok=True)
        finish(city)


@pytest.mark.long
def test_16_a_broker_that_is_down_holds_up_nobody_s_work(on_broker: Town, node: Node) -> None:
    on_broker.serve("futian", "FT1")
    node.kill()
    with capture_logs() as journal, on_broker.taking_part(*EVERYBODY):
        is_noticed(journal, "sending")
        with desk(on_broker, "futian") as futian:
            certify(futian)
        on_broker.serve("luohu", "LH1")
        node.start()
        come_right(on_broker.database_urls)


@pytest.mark.long
def test_17_a_broker_killed_under_load_loses_nothing(on_broker: Town, node: Node) -> None:
    with on_broker.taking_part(*EVERYBODY):
        for turn in range(2):
            for number in range(30):
                on_broker.serve("futian", f"FT{turn}-{number}")
                on_broker.serve("luohu", f"LH{turn}-{number}")
            node.kill()
            node.start()
        come_right(on_broker.database_urls)


@pytest.mark.long
def test_18_a_broker_that_hangs_does_not_hang_the_desk(on_broker: Town, node: Node) -> None:
    on_broker.serve("futian", "FT0")
    with capture_logs() as journal, ExitStack() as stack:
        stack.enter_context(on_broker.taking_part(*EVERYBODY))
        come_right(on_broker.database_urls)
        node.freeze()
        stack.callback(node.thaw)
        with desk(on_broker, "futian") as futian:
            certify(futian)
        is_noticed(journal, "sending")
        node.thaw()
        come_right(on_broker.database_urls)


@pytest.mark.long
@pytest.mark.parametrize("fault", ["frozen", "half open", "cut", "slow"])
def test_18_a_way_to_the_broker_that_fails_is_found_again(on_broker: Town, way: Proxy, fault: str) -> None:
    """One district's way alone: the other one and the hub go on meanwhile."""
    with (
        capture_logs() as journal,
        on_broker.taking_part(streams.HUB, "luohu"),
        on_broker.taking_part("futian", bus_url=over(way)),
    ):
        on_broker.serve("futian", "FT0")
        come_right(on_broker.database_urls)
        fail(way, fault)
        with desk(on_broker, "futian") as futian:
            certify(futian)
        on_broker.serve("luohu", "LH1")
        luohu = on_broker.district("luohu")
        eventually(lambda: luohu.volunteer_id("LH1"))
        if fault in ("frozen", "half open"):
            is_noticed(journal, "sending")
        way.thaw()
        come_right(on_broker.database_urls)
