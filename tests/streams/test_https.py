"""Does the bus over HTTPS do what the others do, whatever the hub's web process goes through?"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from flask import Flask, Response, redirect
from joserfc.jwk import OKPKey

from sync import streams
from sync.carriers import bundle, https
from sync.carriers.bus import Bus, KombuBus
from sync.carriers.carrier import open_bus
from sync.errors import BusUnavailable, TooLarge
from sync.messages import signing
from sync.messages.message import BATCH, PROTOCOL_VERSION, StreamClaims, seal
from sync.messages.signing import Signer
from tests.support import parties
from tests.support.gateway import Gateway, gateway_for
from tests.support.parties import City, put
from tests.support.tls import certificate
from tests.support.waiting import eventually
from tests.support.web import serving

EVERYBODY = (streams.HUB, "futian", "luohu")


@pytest.fixture
def keys() -> dict[str, OKPKey]:
    return {code: signing.generate_key() for code in ("futian", "luohu")}


@pytest.fixture
def gateway(keys: dict[str, OKPKey], bus_url: str, tmp_path: Path) -> Iterator[Gateway]:
    gateway = gateway_for(keys, tmp_path, bus_url=bus_url)
    with gateway.running():
        yield gateway


@pytest.fixture
def hub(bus_url: str) -> Iterator[KombuBus]:
    with closing(KombuBus(bus_url, streams.HUB)) as bus:
        yield bus


@pytest.fixture
def futian(gateway: Gateway, keys: dict[str, OKPKey]) -> Iterator[Bus]:
    with closing(open_bus(gateway.bus_url, "futian", signer=Signer(keys["futian"]))) as bus:
        yield bus


def said(body: bytes, key: OKPKey, *, by: str = "futian") -> bytes:
    """A message of a district; whether its body makes sense is not the carrier's business."""
    return seal(body, StreamClaims(typ=BATCH, v=PROTOCOL_VERSION, stream=streams.up(by)), key)


def take(bus: Bus) -> bytes:
    delivery = eventually(lambda: bus.receive(seconds=1))
    assert delivery is not None
    delivery.acknowledge()
    return delivery.body


def test_messages_arrive_in_order_at_their_addressee(hub: KombuBus, futian: Bus, keys: dict[str, OKPKey]) -> None:
    there = [said(bytes([number]), keys["futian"]) for number in range(20)]
    back = [bytes([number + 100]) for number in range(20)]
    for raw, answer in zip(there, back, strict=True):
        put(futian, raw, to=streams.HUB)
        put(hub, answer, to="futian")
    assert [take(hub) for _ in there] == there
    assert [take(futian) for _ in back] == back
    assert futian.receive(seconds=0.05) is None


def test_what_comes_while_a_request_is_held_is_its_answer(hub: KombuBus, futian: Bus) -> None:
    assert futian.receive(seconds=0.3) is None
    put(hub, b"at last", to="futian")
    assert take(futian) == b"at last"


def test_the_largest_messages_pass_and_a_larger_one_is_never_sent(hub: KombuBus, futian: Bus, keys: dict[str, OKPKey]) -> None:
    around = len(said(b"", keys["futian"]))
    largest = said(bytes(signing.MAX_BODY_BYTES - around), keys["futian"])
    put(futian, largest, to=streams.HUB)
    for _ in range(3):
        put(hub, largest, to="futian")
    with pytest.raises(TooLarge):
        futian.publish(largest + b"x", to=streams.HUB)
    assert take(hub) == largest
    assert [take(futian) for _ in range(3)] == [largest] * 3


def test_a_refused_message_is_an_error_of_its_sender(futian: Bus, hub: KombuBus, keys: dict[str, OKPKey]) -> None:
    with pytest.raises(BusUnavailable, match="unknown_key"):
        futian.publish(said(b"x", keys["futian"], by="luohu"), to=streams.HUB)
    assert hub.receive(seconds=0.1) is None


def test_a_district_whose_key_is_unknown_gets_nothing(gateway: Gateway, hub: KombuBus, futian: Bus) -> None:
    put(hub, b"for futian", to="futian")
    with (
        closing(open_bus(gateway.bus_url, "futian", signer=Signer(signing.generate_key()))) as stranger,
        pytest.raises(BusUnavailable, match="unknown_key"),
    ):
        eventually(lambda: stranger.receive(seconds=1))
    assert take(futian) == b"for futian"


@pytest.mark.parametrize("bus_url", ["rabbitmq"], indirect=True)
def test_a_reader_that_hangs_up_takes_nothing_with_it(
    gateway: Gateway, hub: KombuBus, futian: Bus, keys: dict[str, OKPKey]
) -> None:
    for number in range(5):
        with closing(open_bus(gateway.bus_url, "futian", signer=Signer(keys["futian"]))) as bus:
            assert bus.receive(seconds=0.2) is None
        put(hub, bytes([number]), to="futian")
        assert take(futian) == bytes([number])


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_pages_answer_and_messages_arrive_however_many_districts_wait(bus_url: str, hub: KombuBus, tmp_path: Path) -> None:
    keys = {f"district-{number}": signing.generate_key() for number in range(12)}
    gateway = gateway_for(keys, tmp_path, bus_url=bus_url, HELD_POLLS="4")
    with gateway.running(), ExitStack() as stack:
        waiting = {
            code: stack.enter_context(closing(open_bus(gateway.bus_url, code, signer=Signer(key))))
            for code, key in keys.items()
        }
        for bus in waiting.values():
            assert bus.receive(seconds=0.2) is None
        assert gateway.get("/api/v1/city").is_success
        for code, bus in waiting.items():
            put(hub, code.encode(), to=code)
            assert take(bus) == code.encode()


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_a_hub_that_dies_is_missed_and_found_again(
    gateway: Gateway, hub: KombuBus, futian: Bus, keys: dict[str, OKPKey]
) -> None:
    assert futian.receive(seconds=0.2) is None
    gateway.kill()
    for _ in range(2):
        with pytest.raises(BusUnavailable):
            eventually(lambda: futian.receive(seconds=1))
        with pytest.raises(BusUnavailable):
            futian.publish(said(b"x", keys["futian"]), to=streams.HUB)
    gateway.start()
    put(futian, said(b"y", keys["futian"]), to=streams.HUB)
    put(hub, b"z", to="futian")
    assert take(hub) == said(b"y", keys["futian"])
    assert take(futian) == b"z"


def test_a_hub_that_is_frozen_keeps_nobody_waiting_for_ever(monkeypatch: pytest.MonkeyPatch, keys: dict[str, OKPKey]) -> None:
    monkeypatch.setattr(https, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(https, "HOLD_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api/v1/bus"
        with closing(open_bus(url, "futian", signer=Signer(keys["futian"]))) as futian:
            with pytest.raises(BusUnavailable):
                futian.publish(said(b"x", keys["futian"]), to=streams.HUB)
            with pytest.raises(BusUnavailable):
                eventually(lambda: futian.receive(seconds=1))


@pytest.mark.parametrize(
    "answer",
    [
        Response("no bundle"),
        Response(bundle.pack([bytes(2_000_000)] * 2)),
        Response(status=401),
        Response(status=401, headers={"WWW-Authenticate": 'Banyan challenge="again"'}),
        Response("<h1>Bad gateway</h1>", status=502),
        redirect("https://elsewhere.example/"),
    ],
    ids=["no bundle", "far too large", "no challenge", "never satisfied", "a proxy's own page", "sent elsewhere"],
)
def test_an_answer_that_is_none_counts_as_an_absent_bus(answer: Response, keys: dict[str, OKPKey]) -> None:
    app = Flask(__name__)
    app.add_url_rule("/api/v1/bus", view_func=lambda: answer, methods=["GET", "POST"])
    with serving(app) as address, closing(open_bus(f"{address}/api/v1/bus", "futian", signer=Signer(keys["futian"]))) as futian:
        with pytest.raises(BusUnavailable):
            eventually(lambda: futian.receive(seconds=1))
        with pytest.raises(BusUnavailable):
            futian.publish(said(b"x", keys["futian"]), to=streams.HUB)


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_a_hub_is_believed_only_with_a_certificate_that_the_machine_trusts(
    bus_url: str, keys: dict[str, OKPKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = gateway_for(keys, tmp_path, bus_url=bus_url)
    gateway.certificate = certificate(tmp_path / "hub.pem")
    raw = said(b"x", keys["futian"])
    with gateway.running():
        with (
            closing(open_bus(gateway.bus_url, "futian", signer=Signer(keys["futian"]))) as futian,
            pytest.raises(BusUnavailable, match="ConnectError"),
        ):
            futian.publish(raw, to=streams.HUB)
        monkeypatch.setenv(ssl.get_default_verify_paths().openssl_cafile_env, str(gateway.certificate))
        with closing(open_bus(gateway.bus_url, "futian", signer=Signer(keys["futian"]))) as futian:
            put(futian, raw, to=streams.HUB)
            assert futian.receive(seconds=0.2) is None


def test_a_city_outlives_a_gateway_that_is_killed_over_and_over(embedded_url: str, tmp_path: Path) -> None:
    urls = {name: f"sqlite:///{tmp_path / name}.db" for name in EVERYBODY}
    with parties.city(tmp_path, bus_url=embedded_url, database_urls=urls) as city:
        gateway = gateway_for({code: side.key for code, side in city.districts.items()}, tmp_path, bus_url=embedded_url)
        city.district_bus_url = gateway.bus_url
        with gateway.running(), city.running(*EVERYBODY):
            for turn in range(2):
                announce_everywhere(city, first=turn * 20)
                gateway.kill()
                announce_everywhere(city, first=turn * 20 + 10)
                gateway.start()
            eventually(city.is_equal)
            city.assert_applied_once()
            for code, district in city.districts.items():
                eventually(lambda: district.has_read(city.hub.heads()[streams.down(code)]))  # noqa: B023


def announce_everywhere(city: City, *, first: int) -> None:
    for code, district in city.districts.items():
        district.announce(10, first=first)
        city.hub.announce(3, first=first, stream=streams.down(code))
