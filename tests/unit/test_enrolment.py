"""Do the two who meet when a district joins believe nobody else?"""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, Rejected, Undecodable
from sync.joining.enrolment import (
    BusAccess,
    Enrolment,
    EnrolmentRequest,
    open_answer,
    open_request,
    public_members,
    seal_answer,
    seal_request,
)
from sync.messages import signing

DISTRICT, HUB, STRANGER = signing.generate_key(), signing.generate_key(), signing.generate_key()


def request(key: OKPKey = DISTRICT) -> EnrolmentRequest:
    return EnrolmentRequest(district="nanshan", secret="secret", hub_key_id=HUB.thumbprint(), key=public_members(key))


def answer(key: OKPKey = HUB) -> Enrolment:
    return Enrolment(
        district="nanshan",
        key_id=DISTRICT.thumbprint(),
        name="南山区",
        region_code="440305",
        hub_key=public_members(key),
        bus=BusAccess(url="amqps://bus.example:5671//", account="banyan.district.nanshan", password="secret"),
        token_key="AAAA",
        token_key_version=1,
    )


def test_each_reads_what_the_other_said() -> None:
    asked, key = open_request(*seal_request(request(), DISTRICT))
    assert (asked, key.thumbprint()) == (request(), DISTRICT.thumbprint())
    assert open_answer(*seal_answer(answer(), HUB), hub_key_id=HUB.thumbprint()) == answer()


def test_no_private_key_is_sent() -> None:
    body, _ = seal_request(request(), DISTRICT)
    assert "d" not in json.loads(body)["key"]


def test_a_request_needs_the_key_that_it_names() -> None:
    with pytest.raises(BadSignature):
        open_request(*seal_request(request(), STRANGER))


def test_a_request_that_was_changed_on_the_way_is_refused() -> None:
    body, signature = seal_request(request(), DISTRICT)
    with pytest.raises(BadSignature):
        open_request(body.replace(b"nanshan", b"luohuuu"), signature)


def test_an_answer_of_another_hub_is_refused() -> None:
    with pytest.raises(BadSignature):
        open_answer(*seal_answer(answer(STRANGER), STRANGER), hub_key_id=HUB.thumbprint())
    with pytest.raises(BadSignature):
        open_answer(*seal_answer(answer(), STRANGER), hub_key_id=HUB.thumbprint())


def test_a_signature_for_something_else_is_none() -> None:
    body, _ = seal_answer(answer(), HUB)
    other = signing.sign(body, {"typ": "banyan-batch"}, HUB).decode()
    with pytest.raises(BadSignature, match="something else"):
        open_answer(body, other, hub_key_id=HUB.thumbprint())


def test_a_key_goes_by_its_thumbprint_alone() -> None:
    named = {**public_members(STRANGER), "kid": HUB.thumbprint()}
    body, signature = seal_answer(msgspec.structs.replace(answer(STRANGER), hub_key=named), STRANGER)
    with pytest.raises(Undecodable):
        open_answer(body, signature, hub_key_id=HUB.thumbprint())


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]", b'{"district": 1}'])
@pytest.mark.parametrize("read", [open_request, lambda body, signature: open_answer(body, signature, hub_key_id="x")])
def test_noise_is_refused(read: Callable[[bytes, str], Any], body: bytes) -> None:
    for signature in ("", "..", "é", seal_answer(answer(), HUB)[1]):
        with pytest.raises(Rejected):
            read(body, signature)


@pytest.mark.parametrize("signature", ["", "..", "é", "a.b.c"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    body, _ = seal_request(request(), DISTRICT)
    with pytest.raises(Rejected):
        open_request(body, signature)


def test_what_a_later_version_says_more_is_passed_over() -> None:
    said = {**msgspec.to_builtins(answer()), "openid_client": {"id": "nanshan"}}
    body = json.dumps(said).encode()
    signature = signing.sign(body, {"typ": "banyan-enrolment"}, HUB).decode()
    assert open_answer(body, signature, hub_key_id=HUB.thumbprint()) == answer()
