"""Do the streams arrive whole on real buses, whatever dies or is lost on the way?"""

import signal
from contextlib import closing, suppress

import pytest
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from sync import heartbeat, message, streams
from sync.bus import KombuBus
from sync.errors import BusUnavailable
from tests.support import servers
from tests.support.parties import DEADLY, City, put
from tests.support.sides import QuarantinedMessage
from tests.support.waiting import eventually

EVERYBODY = (streams.HUB, "futian", "luohu")


def take_all(city: City, party: str) -> list[bytes]:
    """Takes off the bus what waits for `party`; nothing where a broker cannot say yet, because the queue is only being made."""
    taken = []
    with closing(KombuBus(city.bus_url, party)) as bus, suppress(BusUnavailable):
        while (delivery := bus.receive(seconds=0.3)) is not None:
            delivery.acknowledge()
            taken.append(delivery.body)
    return taken


def batches(raw: list[bytes]) -> list[bytes]:
    return [one for one in raw if message.take_apart(one).claims.typ == message.BATCH]


def send_while_the_hub_is_away(city: City, district: str = "futian", commits: int = 4) -> list[bytes]:
    """What the district has put on the bus after this many commits; nothing of it is there any more."""
    side = city.districts[district]
    taken: list[bytes] = []
    with city.running(district):
        for _ in range(commits):
            before = len(batches(taken))
            side.announce(3, first=side.head().sequence + 1)
            eventually(lambda: taken.extend(take_all(city, streams.HUB)) or len(batches(taken)) > before)  # type: ignore[func-returns-value]  # noqa: B023
    return taken


def finish(city: City) -> None:
    eventually(city.is_equal)
    city.assert_applied_once()


def test_both_directions_arrive_while_they_are_written(city: City) -> None:
    with capture_logs() as journal, city.running(*EVERYBODY):
        for turn in range(5):
            for code, district in city.districts.items():
                district.announce(7, first=turn * 7)
                city.hub.announce(2, first=turn * 2, stream=streams.down(code))
        finish(city)
        for code, district in city.districts.items():
            eventually(lambda: district.has_read(city.hub.heads()[streams.down(code)]))  # noqa: B023
            assert [sequence for _, sequence, _ in district.applied()] == list(range(1, 11))
    # A broker may refuse a message while a queue is being made; a fault of ours would be an error.
    assert [entry for entry in journal if entry["log_level"] == "error"] == []


def test_a_backlog_of_many_batches_arrives(city: City) -> None:
    city.districts["futian"].announce(3_500)
    with city.running(*EVERYBODY):
        finish(city)


def test_messages_that_come_twice_and_in_any_order_change_nothing(city: City) -> None:
    sent = send_while_the_hub_is_away(city)
    with closing(KombuBus(city.bus_url, "futian")) as bus:
        for raw in [*reversed(sent), *sent]:
            put(bus, raw, to=streams.HUB)
    with city.running(*EVERYBODY):
        finish(city)


@pytest.mark.parametrize("lost", ["one in the middle", "the last", "all"])
def test_lost_batches_are_sent_again(city: City, lost: str) -> None:
    sent = batches(send_while_the_hub_is_away(city))
    kept = {"one in the middle": [*sent[:1], *sent[2:]], "the last": sent[:-1], "all": []}[lost]
    with closing(KombuBus(city.bus_url, "futian")) as bus:
        for raw in kept:
            put(bus, raw, to=streams.HUB)
    with city.running(*EVERYBODY):
        finish(city)


def test_noise_on_the_bus_stops_nobody(city: City) -> None:
    with city.running(*EVERYBODY):
        with closing(KombuBus(city.bus_url, "luohu")) as bus:
            for raw in (b"", b"\x00" * 1000, b"{}..sig\nbody"):
                put(bus, raw, to=streams.HUB)
        city.districts["futian"].announce(3)
        finish(city)
        assert eventually(lambda: city.hub.count(QuarantinedMessage)) == 3


def test_a_hub_killed_between_receipt_and_commit_has_applied_nothing_and_then_all(city: City) -> None:
    """On RabbitMQ the message comes again; on the embedded bus it is lost, and the hub asks for it when it starts."""
    city.hub.refuse_poison(refuse=True)
    city.districts["luohu"].announce(4)
    city.districts["futian"].announce(5, activity=DEADLY)
    with city.running("futian", "luohu"):
        hub = city.start(streams.HUB)
        assert eventually(hub.poll, until=lambda code: code is not None) == -signal.SIGKILL
        assert not [code for code, _, _ in city.hub.applied() if code == "futian"]
        city.hub.refuse_poison(refuse=False)
        hub = city.start(streams.HUB)
        try:
            finish(city)
        finally:
            servers.stop(hub)
    assert hub.returncode == 0


def test_a_district_killed_while_it_sends_goes_on_where_it_was(city: City) -> None:
    futian = city.districts["futian"]
    with city.running(streams.HUB, "luohu"):
        for turn in range(3):
            process = city.start("futian")
            futian.announce(2_000, first=turn * 2_000)
            eventually(lambda: city.hub.cursor(futian.head().stream)[1], until=lambda place: place > turn * 2_000)  # noqa: B023
            process.kill()
            process.wait()
            futian.announce(10, first=90_000 + 10 * turn)
        process = city.start("futian")
        try:
            finish(city)
        finally:
            servers.stop(process)
    assert process.returncode == 0


@pytest.mark.parametrize("city", ["postgresql and rabbitmq"], indirect=True)
def test_a_database_that_cuts_its_connections_is_found_again(city: City) -> None:
    engine = city.hub.sessions.kw["bind"]
    administration = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE :names AND pid <> pg_backend_pid()")
    with city.running(*EVERYBODY):
        for turn in range(3):
            for district in city.districts.values():
                district.announce(5, first=turn * 5)
            with administration.connect() as connection:
                connection.execute(cut, {"names": f"%{city.folder.name[:20]}%"})
            for side in (city.hub, *city.districts.values()):
                side.sessions.kw["bind"].dispose()
        finish(city)
    administration.dispose()


@pytest.mark.parametrize("city", ["sqlite and embedded"], indirect=True)
def test_the_file_of_the_bus_may_be_deleted_under_everybody(city: City) -> None:
    with city.running(*EVERYBODY):
        for turn in range(3):
            city.districts["futian"].announce(4, first=turn * 4)
            for file in city.folder.glob("bus.db*"):
                file.unlink(missing_ok=True)
        finish(city)


def test_a_process_at_work_shows_it(city: City) -> None:
    beat = city.folder / "futian.beat"
    process = city.start("futian")
    try:
        eventually(lambda: heartbeat.is_fresh(beat))
        first = beat.stat().st_mtime_ns
        eventually(lambda: beat.stat().st_mtime_ns > first)
    finally:
        servers.stop(process)
    assert not heartbeat.is_fresh(beat, within_seconds=0)
    assert not heartbeat.is_fresh(city.folder / "nobody.beat")
