"""Can anybody but its sender have said it?"""

import base64
import json
from datetime import datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, Rejected, TooLarge, Undecodable, UnknownKey, WrongSender
from sync.messages import message, signing
from sync.messages.beacon import Position, Verdict, seal_position
from sync.messages.message import BEACON, PROTOCOL_VERSION, StreamClaims
from tests.support.sides import AT, Ring

FUTIAN, LUOHU = signing.generate_key(), signing.generate_key()
RING = Ring()
RING.add("futian", FUTIAN)
RING.add("luohu", LUOHU)
SAID = message.seal(b"what was said", StreamClaims(typ=BEACON, v=PROTOCOL_VERSION, stream="futian/up"), FUTIAN)


def check(raw: bytes, receiver: str = "hub", at: datetime = AT) -> None:
    message.verify(message.take_apart(raw), receiver=receiver, keys=RING, at=at)


def said_by(key: OKPKey, stream: str = "futian/up") -> bytes:
    return message.seal(b"words", StreamClaims(typ=BEACON, v=PROTOCOL_VERSION, stream=stream), key)


def header_of(raw: bytes) -> dict[str, object]:
    part = raw.partition(b".")[0]
    header: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    return header


def with_header(raw: bytes, **changes: object) -> bytes:
    header = base64.urlsafe_b64encode(json.dumps(header_of(raw) | changes).encode()).rstrip(b"=")
    return header + b"." + raw.partition(b".")[2]


def test_what_was_said_is_taken() -> None:
    check(SAID)


@given(st.integers(0, len(SAID) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, mask: int) -> None:
    changed = bytearray(SAID)
    changed[place] ^= mask
    # The last character of a base64 signature has two bits that mean nothing.
    if place == SAID.index(b"\n") - 1:
        return
    with pytest.raises(Rejected):
        check(bytes(changed))


@given(st.binary(max_size=300))
def test_noise_is_refused_in_one_way(raw: bytes) -> None:
    with pytest.raises(Rejected):
        check(raw)


def test_a_district_cannot_speak_for_another() -> None:
    with pytest.raises(UnknownKey):
        check(said_by(LUOHU, "futian/up"))


def test_a_message_cannot_be_passed_on_under_another_stream() -> None:
    with pytest.raises(BadSignature):
        check(with_header(SAID, stream="luohu/up", kid=LUOHU.kid))


def test_a_message_is_taken_only_by_its_addressee() -> None:
    with pytest.raises(WrongSender):
        check(SAID, receiver="luohu")


def test_only_the_reader_of_a_stream_may_say_where_it_stands() -> None:
    position = Position(stream="futian/down", epoch=1, sequence=3, hash="00", verdict=Verdict.APPLIED)
    check(seal_position(position, FUTIAN))
    with pytest.raises(UnknownKey):
        check(seal_position(position, LUOHU))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", ""])
def test_the_sender_does_not_choose_the_algorithm(algorithm: str) -> None:
    with pytest.raises(Rejected):
        check(with_header(SAID, alg=algorithm))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"v": 2}, "version"), ({"stream": "futian"}, "stream"), ({"stream": 7}, "header"), ({"typ": None}, "header")],
)
def test_a_header_that_does_not_say_what_it_must_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Undecodable, match=reason):
        message.take_apart(with_header(SAID, **changes))


def test_a_message_over_the_limit_is_not_looked_at() -> None:
    with pytest.raises(TooLarge):
        message.take_apart(SAID + bytes(signing.MAX_BODY_BYTES))


def test_a_private_key_never_stands_in_the_public_half() -> None:
    assert "d" in json.loads(signing.private_jwk(FUTIAN))
    assert "d" not in json.loads(signing.public_jwk(FUTIAN))
    assert signing.read_key(signing.public_jwk(FUTIAN)).kid == FUTIAN.kid


@pytest.mark.parametrize("jwk", [b"", b"{}", b"[]", b"null", b'{"kty":"RSA"}', b"\xff"])
def test_what_is_no_key_is_refused_in_one_way(jwk: bytes) -> None:
    with pytest.raises(Undecodable):
        signing.read_key(jwk)


@pytest.mark.parametrize("curve", ["X25519", "Ed448"])
def test_a_key_for_something_else_is_none(curve: Literal["X25519", "Ed448"]) -> None:
    with pytest.raises(Undecodable):
        signing.read_key(signing.private_jwk(OKPKey.generate_key(curve)))


def test_keys_that_are_looked_up_once_stay_as_they_were_for_that_run_alone() -> None:
    ring = Ring()
    asked: dict[str, Any] = {"sender": "futian", "key_id": str(FUTIAN.kid), "at": AT}
    run = signing.LookedUpOnce(ring)
    assert run.public_key(**asked) is None
    ring.add("futian", FUTIAN)
    assert run.public_key(**asked) is None
    following = signing.LookedUpOnce(ring)
    assert [following.public_key(**asked), following.public_key(**asked)] == [ring.public_key(**asked)] * 2
    assert following.public_key(**{**asked, "sender": "luohu"}) is None
