"""Faults 8 to 12: what becomes of the streams when messages come twice, late, changed or never?"""

import random
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from sync import streams
from sync.running import heartbeat
from tests.faults.wire import EVERYBODY, deliver, finish, mangle, sent_while_the_hub_is_away
from tests.support import servers
from tests.support.parties import City
from tests.support.waiting import eventually


def test_both_directions_arrive_while_they_are_written(city: City) -> None:
    with capture_logs() as journal, city.running(*EVERYBODY):
        for turn in range(5):
            for code, district in city.districts.items():
                district.announce(7, first=turn * 7)
                city.hub.announce(2, first=turn * 2, stream=streams.down(code))
        finish(city)
        for district in city.districts.values():
            assert [sequence for _, sequence, _ in district.applied()] == list(range(1, 11))
    # A broker may refuse a message while a queue is being made; a fault of ours would be an error.
    assert [entry for entry in journal if entry["log_level"] == "error"] == []


def test_a_backlog_of_many_batches_arrives(city: City) -> None:
    city.districts["futian"].announce(3_500)
    with city.running(*EVERYBODY):
        finish(city)


def test_8_batches_that_come_ten_times_count_once(city: City) -> None:
    deliver(city, sent_while_the_hub_is_away(city) * 10)
    with city.running(*EVERYBODY):
        finish(city)


def test_9_batches_in_any_order_are_put_in_order(city: City) -> None:
    sent = sent_while_the_hub_is_away(city)
    deliver(city, [*reversed(sent), *sent])
    with city.running(*EVERYBODY):
        finish(city)


def test_10_a_batch_lost_in_the_middle_is_sent_again(city: City) -> None:
    first, _, *rest = sent_while_the_hub_is_away(city)
    deliver(city, [first, *rest])
    with city.running(*EVERYBODY):
        finish(city)


def test_11_the_last_batch_lost_before_a_silence_is_sent_again(city: City) -> None:
    deliver(city, sent_while_the_hub_is_away(city)[:-1])
    with city.running(*EVERYBODY):
        finish(city)


@pytest.mark.long
def test_11_nothing_that_was_sent_arrives_and_all_is_sent_again(city: City) -> None:
    sent_while_the_hub_is_away(city)
    with city.running(*EVERYBODY):
        finish(city)


def test_12_a_message_with_one_changed_byte_is_refused_and_comes_again(city: City) -> None:
    chance = random.Random(12)  # noqa: S311 - chance, no secret
    sent = sent_while_the_hub_is_away(city)
    mangled = [mangle(raw, chance) for raw in sent for _ in range(8)]
    deliver(city, mangled)
    with city.running(*EVERYBODY):
        finish(city, refused=len(mangled))


@pytest.mark.long
def test_two_relays_started_by_mistake_send_everything_and_it_counts_once(city: City) -> None:
    futian = city.districts["futian"]
    with city.running(streams.HUB, "luohu", "futian"):
        second = city.start("futian")
        try:
            eventually(lambda: heartbeat.is_fresh(city.folder / "futian.beat"), within=60)
            for turn in range(20):
                futian.announce(50, first=turn * 50)
                eventually(lambda: city.hub.cursor(futian.head().stream)[1], until=lambda place: place > turn * 50)  # noqa: B023
            finish(city)
        finally:
            servers.stop(second)
    assert second.returncode == 0


@pytest.mark.long
def test_each_process_of_the_hub_serves_its_share_of_the_districts(city: City) -> None:
    futian, luohu, hub = city.districts["futian"], city.districts["luohu"], city.hub
    with ExitStack() as processes, city.running("futian", "luohu"):
        for share, own in (("3/3", futian), ("1/3", luohu)):
            process = city.start(streams.HUB, share=share)
            processes.callback(servers.stop, process)
            own.announce(2_000)
            hub.announce(10, stream=streams.down(own.party))
            eventually(lambda: hub.has_read(own.head()) and own.has_read(hub.heads()[streams.down(own.party)]), within=60)  # noqa: B023
        assert {code for code, _, _ in hub.applied()[:2_000]} == {"futian"}
        finish(city)
