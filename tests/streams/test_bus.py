"""Does a bus take, keep and hand over messages as the two ends need it?"""

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kombu import Connection, Producer

from sync import streams
from sync.addresses import exchange_name
from sync.carriers import embedded
from sync.carriers.bus import Delivery, KombuBus
from sync.errors import BusUnavailable, TooLarge
from sync.lanes import read_share
from sync.messages import signing
from tests.support.parties import put
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually


@pytest.fixture
def hub(bus_url: str) -> Iterator[KombuBus]:
    with closing(KombuBus(bus_url, streams.HUB)) as bus:
        yield bus


@pytest.fixture
def futian(bus_url: str) -> Iterator[KombuBus]:
    with closing(KombuBus(bus_url, "futian")) as bus:
        yield bus


def take(bus: KombuBus) -> bytes:
    delivery = receive(bus)
    delivery.acknowledge()
    return delivery.body


def receive(bus: KombuBus) -> Delivery:
    delivery = eventually(lambda: bus.receive(seconds=1))
    assert delivery is not None
    return delivery


def test_messages_arrive_in_order_at_their_addressee(hub: KombuBus, futian: KombuBus) -> None:
    for number in range(5):
        put(futian, bytes([number]), to=streams.HUB)
        put(hub, bytes([number + 100]), to="futian")
    assert [take(hub) for _ in range(5)] == [bytes([number]) for number in range(5)]
    assert [take(futian) for _ in range(5)] == [bytes([number + 100]) for number in range(5)]
    assert hub.receive(seconds=0.05) is None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_any_bytes_arrive_as_they_were_sent(hub: KombuBus, futian: KombuBus, raw: bytes) -> None:
    put(futian, raw, to=streams.HUB)
    assert take(hub) == raw


def test_a_message_waits_for_a_reader_that_comes_later(bus_url: str, hub: KombuBus) -> None:
    put(hub, b"early", to="luohu")
    with closing(KombuBus(bus_url, "luohu")) as luohu:
        assert take(luohu) == b"early"


def test_the_largest_message_passes_and_a_larger_one_is_never_published(hub: KombuBus, futian: KombuBus) -> None:
    largest = bytes(signing.MAX_BODY_BYTES)
    put(futian, largest, to=streams.HUB)
    with pytest.raises(TooLarge):
        futian.publish(largest + b"x", to=streams.HUB)
    assert take(hub) == largest
    assert hub.receive(seconds=0.05) is None


def test_a_process_of_the_hub_reads_what_the_districts_of_its_share_say(bus_url: str, futian: KombuBus) -> None:
    first, last = (closing(KombuBus(bus_url, streams.HUB, share=read_share(share))) for share in ("1/3", "3/3"))
    with first as of_luohu, last as of_futian, closing(KombuBus(bus_url, "luohu")) as luohu:
        put(futian, b"of futian", to=streams.HUB)
        put(luohu, b"of luohu", to=streams.HUB)
        assert (take(of_luohu), take(of_futian)) == (b"of luohu", b"of futian")
        assert of_luohu.receive(seconds=0.05) is None


def test_a_bus_that_is_not_there_says_so_in_time() -> None:
    for url in ("amqp://guest:guest@127.0.0.1:1//", "sqla+sqlite:////nowhere/at/all/bus.db"):
        with closing(KombuBus(url, "futian")) as bus:
            for _ in range(2):
                with pytest.raises(BusUnavailable):
                    bus.publish(b"x", to=streams.HUB)
                with pytest.raises(BusUnavailable):
                    bus.receive(seconds=0.01)


class Trap:
    """What runs a command wherever it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.sprung,))


@pytest.mark.parametrize(
    "declared",
    [
        ("application/x-python-serialize", "binary"),
        ("application/json", "utf-8"),
        ("no/such-type", "no-such-encoding"),
    ],
)
def test_what_a_message_says_of_its_own_form_is_not_looked_at(
    rabbitmq_url: str, tmp_path: Path, declared: tuple[str, str]
) -> None:
    content_type, content_encoding = declared
    sprung = tmp_path / "sprung"
    trap = pickle.dumps(Trap(sprung))
    with closing(KombuBus(rabbitmq_url, streams.HUB)) as hub, closing(KombuBus(rabbitmq_url, "futian")) as futian:
        put(futian, b"the route is known now", to=streams.HUB)
        with Connection(rabbitmq_url) as connection:
            Producer(connection).publish(
                trap,
                exchange=exchange_name("futian"),
                routing_key=streams.HUB,
                content_type=content_type,
                content_encoding=content_encoding,
            )
        put(futian, b"and then", to=streams.HUB)
        assert [take(hub) for _ in range(3)] == [b"the route is known now", trap, b"and then"]
    assert not sprung.exists()


def test_rabbitmq_delivers_again_what_was_not_acknowledged(rabbitmq_url: str) -> None:
    with closing(KombuBus(rabbitmq_url, "futian")) as futian:
        put(futian, b"one", to=streams.HUB)
    with closing(KombuBus(rabbitmq_url, streams.HUB)) as hub:
        assert receive(hub).body == b"one"
    with closing(KombuBus(rabbitmq_url, streams.HUB)) as hub:
        assert take(hub) == b"one"


def test_rabbitmq_takes_nothing_that_it_cannot_route(rabbitmq_url: str, rabbitmq_server: RabbitMQ) -> None:
    with closing(KombuBus(rabbitmq_url, "futian")) as futian:
        put(futian, b"one", to=streams.HUB)
        rabbitmq_server.forget(streams.HUB)
        with pytest.raises(BusUnavailable):
            futian.publish(b"lost", to=streams.HUB)
        rabbitmq_server.lay_out("futian")
        put(futian, b"two", to=streams.HUB)
        with closing(KombuBus(rabbitmq_url, streams.HUB)) as hub:
            assert take(hub) == b"two"


def test_the_file_does_not_keep_what_was_consumed(embedded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PURGE_SECONDS", 0.2)
    with closing(KombuBus(embedded_url, streams.HUB)) as hub, closing(KombuBus(embedded_url, "futian")) as futian:

        def exchange_one() -> int:
            put(futian, b"x", to=streams.HUB)
            take(hub)
            with closing(sqlite3.connect(tmp_path / "bus.db")) as file:
                count: int = file.execute("SELECT count(*) FROM kombu_message").fetchone()[0]
                return count

        counts = [exchange_one() for _ in range(20)]
        assert max(counts) > 2
        eventually(exchange_one, until=lambda count: count <= 2)


@pytest.mark.parametrize("deleted", ["bus.db*", "bus.db-wal"])
def test_a_file_that_was_deleted_is_made_again(embedded_url: str, tmp_path: Path, deleted: str) -> None:
    with closing(KombuBus(embedded_url, streams.HUB)) as hub, closing(KombuBus(embedded_url, "futian")) as futian:
        put(futian, b"one", to=streams.HUB)
        assert take(hub) == b"one"
        for file in tmp_path.glob(deleted):
            file.unlink()
        with pytest.raises(BusUnavailable):
            hub.receive(seconds=0.1)
        with pytest.raises(BusUnavailable):
            futian.publish(b"into the void", to=streams.HUB)
        put(futian, b"two", to=streams.HUB)
        assert take(hub) == b"two"
