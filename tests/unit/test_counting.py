"""Does the process of the streams show what it has sent and taken?"""

import socket

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sync import streams
from sync.messages.signing import Signer
from sync.running.consumer import Consumer
from sync.running.counting import shown
from sync.running.relay import Relay
from sync.settings import SettingsInvalid
from sync.testing import BadWeather
from tests.support.sides import Side

LOOPBACK = "127.0.0.1"


def counters(port: int | None) -> dict[str, float]:
    """Each figure of ours, by its name."""
    text = httpx.get(f"http://{LOOPBACK}:{port}/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {sample.name: sample.value for sample in samples if sample.name.startswith("banyan_") and not sample.labels}


def test_what_is_sent_and_taken_is_counted(futian: Side, hub: Side) -> None:
    weather = BadWeather()
    relay = Relay(
        sessions=futian.sessions,
        log=futian.log,
        recovery=futian.recovery,
        bus=weather.bus("futian"),
        signer=Signer(futian.key),
        beacon_seconds=30.0,
    )
    consumer = Consumer(
        party=streams.HUB,
        sessions=hub.sessions,
        inbox=hub.inbox,
        bus=weather.bus(streams.HUB),
        keys=hub.keys_in,
        signer=Signer(hub.key),
    )
    with shown((LOOPBACK, 0)) as port:
        before = counters(port)
        futian.announce(7)
        while relay.step():
            pass
        taken = 0
        while consumer.step(seconds=0):
            taken += 1
        after = counters(port)
    grown = {name: after[name] - before[name] for name in after}
    assert (grown["banyan_published_batches_total"], grown["banyan_published_events_total"]) == (1, 7)
    assert (grown["banyan_publish_seconds_count"], grown["banyan_take_seconds_count"]) == (1, taken)
    assert grown["banyan_taken_bytes_total"] >= grown["banyan_published_bytes_total"] > 0


def test_without_an_address_nobody_listens() -> None:
    with shown(None) as port:
        assert port is None


def test_an_address_that_is_taken_is_said_so() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(SettingsInvalid, match=f"BANYAN_METRICS_BIND: nobody can listen on {LOOPBACK}:{port}"),
            shown((LOOPBACK, port)),
        ):
            pass
