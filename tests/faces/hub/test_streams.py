"""Does the hub take from a district, and give it, what is that district's alone?"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey
from werkzeug.test import TestResponse

from api.hub import streams as endpoints
from federation.app import create_app
from federation.directory import taking_part
from sync import streams
from sync.carriers import bundle, gateway, proving
from sync.carriers.bus import KombuBus
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED
from sync.contracts.memberships import MEMBERSHIP_CHANGED
from sync.messages import envelope, message, signing
from sync.messages.batch import open_batch, unpack
from tests.hub.peers import AT, District, Hub, hours, registration
from tests.support.parties import put
from tests.support.sides import Ring

PATH = "/api/v1/bus"


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "HOLD_SECONDS", 0.0)


@contextmanager
def bus_of(hub: Hub, party: str) -> Iterator[KombuBus]:
    with closing(KombuBus(hub.settings.wire.bus_url, party)) as bus:
        yield bus


def arrived(hub: Hub) -> list[bytes]:
    """What waits for the hub's consumer."""
    taken = []
    with bus_of(hub, streams.HUB) as bus:
        while (delivery := bus.receive(seconds=0.1)) is not None:
            delivery.acknowledge()
            taken.append(delivery.body)
    return taken


def challenge_of(answer: TestResponse) -> str:
    [challenge] = re.findall(r'challenge="([^"]+)"', answer.headers["WWW-Authenticate"])
    return str(challenge)


def ask(client: FlaskClient, district: District, path: str = PATH, *, key: OKPKey | None = None) -> TestResponse:
    """The answer to `district`, which proves by its key, or by another one, who it is."""
    challenge = challenge_of(client.get(path))
    proof = proving.prove(challenge, district=district.code, key=key or district.key)
    return client.get(path, headers={"Authorization": proof}, buffered=True)


def refusal(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    problem: Any = answer.json
    return answer.status_code, problem["code"]


def replay_of(code: str, *, epoch: int = 1, after: int = 0) -> str:
    return f"/api/v1/streams/{code}/down?epoch={epoch}&after={after}"


def events_in(hub: Hub, answer: TestResponse) -> list[str]:
    """The types of the events in a batch that the hub signed."""
    signed = message.take_apart(answer.data)
    key = hub.settings.wire.signing_key
    ring = Ring()
    ring.add(streams.HUB, key)
    message.verify(signed, receiver="futian", keys=ring, at=AT)
    return [envelope.decode(line).type for line in unpack(open_batch(signed)).lines]


def client_of(hub: Hub, *, bus_url: str | None = None, **changes: Any) -> FlaskClient:
    """A program that speaks to a hub with other settings."""
    wire = replace(hub.settings.wire, bus_url=bus_url or hub.settings.wire.bus_url)
    return create_app(replace(hub.settings, wire=wire, **changes)).test_client()


def test_what_a_district_signed_reaches_the_hub(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    said = [futian.says(hours("h1")), futian.lights_beacon(), futian.says(hours("h2"))]
    assert [client.post(PATH, data=raw).status_code for raw in said] == [202, 202, 202]
    assert arrived(hub) == said


def test_nobody_speaks_for_another(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    stranger = District("nanshan")
    whole = futian.says(hours("h1"))
    flipped = whole[:-1] + bytes([whole[-1] ^ 1])
    futian.key = luohu.key
    answers = [
        client.post(PATH, data=raw) for raw in (futian.says(hours("h2")), stranger.says(hours("h3")), flipped, b"", b"{}..x\ny")
    ]
    assert [refusal(answer) for answer in answers] == [
        (403, "unknown_key"),
        (403, "unknown_key"),
        (403, "bad_signature"),
        (400, "undecodable"),
        (400, "undecodable"),
    ]
    assert arrived(hub) == []


def test_a_district_does_not_write_the_stream_that_it_reads(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    futian.stream = streams.down("futian")
    assert refusal(client.post(PATH, data=futian.says(hours("h1")))) == (403, "wrong_sender")


def test_a_message_over_the_limit_is_not_even_read(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    assert client.post(PATH, data=bytes(signing.MAX_BODY_BYTES + 1)).status_code == 413


def test_what_waits_is_given_to_its_district_alone_in_order(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    with bus_of(hub, streams.HUB) as bus:
        for raw in (b"one", b"two"):
            put(bus, raw, to="futian")
    assert ask(client, luohu).status_code == 204
    given = ask(client, futian)
    assert (given.status_code, given.content_type) == (200, bundle.CONTENT_TYPE)
    assert bundle.unpack(given.data) == [b"one", b"two"]
    assert ask(client, futian).status_code == 204


def test_more_than_one_answer_holds_comes_with_the_next(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    said = [bytes([number]) * 600_000 for number in range(5)]
    with bus_of(hub, streams.HUB) as bus:
        for raw in said:
            put(bus, raw, to="futian")
    answers = [ask(client, futian).data for _ in range(3)]
    assert [raw for answer in answers for raw in bundle.unpack(answer)] == said
    assert max(map(len, answers)) <= bundle.MAX_BYTES


def test_who_asks_must_be_the_district(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    with bus_of(hub, streams.HUB) as bus:
        put(bus, b"for futian", to="futian")
    assert refusal(client.get(PATH)) == (401, "proof_wanted")
    assert refusal(ask(client, futian, key=luohu.key)) == (403, "unknown_key")
    assert refusal(ask(client, District("nanshan"))) == (403, "unknown_key")
    assert bundle.unpack(ask(client, futian).data) == [b"for futian"]


def test_a_proof_holds_for_its_challenge_and_its_district(hub: Hub, client: FlaskClient) -> None:
    futian, _ = hub.enrol("futian", "luohu")
    challenge, other = challenge_of(client.get(PATH)), challenge_of(client.get(PATH))
    proof = proving.prove(challenge, district="futian", key=futian.key)
    assert client.get(PATH, headers={"Authorization": proof}).status_code == 204
    of_another = proof.replace(challenge, other)
    assert refusal(client.get(PATH, headers={"Authorization": of_another})) == (403, "bad_signature")
    as_another = proving.prove(challenge, district="luohu", key=futian.key)
    assert refusal(client.get(PATH, headers={"Authorization": as_another})) == (403, "unknown_key")


def test_a_word_that_the_hub_did_not_make_up_proves_nothing(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    proof = proving.prove("made-up.by.somebody", district="futian", key=futian.key)
    assert refusal(client.get(PATH, headers={"Authorization": proof})) == (401, "proof_wanted")


def test_another_signature_of_the_district_proves_nothing(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    challenge = challenge_of(client.get(PATH))
    claims = message.StreamClaims(typ=message.BEACON, v=message.PROTOCOL_VERSION, stream=futian.stream)
    signature = message.seal(challenge.encode(), claims, futian.key).partition(b"\n")[0].decode()
    borrowed = f'Banyan challenge="{challenge}", proof="{signature}"'
    assert refusal(client.get(PATH, headers={"Authorization": borrowed})) == (400, "undecodable")


def test_a_challenge_is_good_for_a_while_only(hub: Hub, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    [futian] = hub.enrol("futian")
    monkeypatch.setattr(endpoints, "CHALLENGE_SECONDS", -1)
    assert refusal(ask(client, futian)) == (401, "proof_wanted")


def test_a_suspended_district_goes_on_reading_and_the_inbox_judges_what_it_says(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    with hub.sessions.begin() as session:
        taking_part.suspend(session, "futian", reason="moving house", by="operator", at=AT)
    raw = futian.lights_beacon()
    assert client.post(PATH, data=raw).status_code == 202
    assert arrived(hub) == [raw]
    assert events_in(hub, ask(client, futian, replay_of("futian"))) == [MEMBERSHIP_CHANGED]


def test_a_bus_that_is_away_is_said_to_be(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    client = client_of(hub, bus_url="amqp://guest:guest@127.0.0.1:1//")
    assert refusal(client.post(PATH, data=futian.says(hours("h1")))) == (503, "bus_unavailable")
    assert refusal(ask(client, futian)) == (503, "bus_unavailable")


def test_who_cannot_wait_here_is_asked_to_come_again(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    client = client_of(hub, held_polls=0)
    answer = ask(client, futian)
    assert (answer.status_code, answer.headers["Retry-After"]) == (204, "2")
    with bus_of(hub, streams.HUB) as bus:
        put(bus, b"one", to="futian")
    assert bundle.unpack(ask(client, futian).data) == [b"one"]


def test_what_was_said_can_be_read_again_from_any_place(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    for number in range(3):
        hub.hears(futian.says(registration(f"r{number}")))
    everything = ask(client, futian, replay_of("futian"))
    assert everything.content_type == "application/octet-stream"
    assert events_in(hub, everything) == [VOLUNTEER_ID_ASSIGNED] * 3
    assert len(events_in(hub, ask(client, futian, replay_of("futian", after=2)))) == 1
    assert ask(client, futian, replay_of("futian", after=3)).status_code == 204
    assert len(events_in(hub, ask(client, futian, replay_of("futian", epoch=0)))) == 3


def test_what_was_said_to_a_district_is_for_nobody_else(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1")))
    assert refusal(client.get(replay_of("futian"))) == (401, "proof_wanted")
    assert refusal(ask(client, luohu, replay_of("futian"))) == (403, "wrong_sender")
    assert refusal(ask(client, futian, replay_of("futian", after=-1))) == (422, "invalid")
