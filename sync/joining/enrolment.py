"""What do a district and the hub say to each other when the district joins?

    POST /api/v1/enrolments    JSON of `EnrolmentRequest`, signed with the key that the district will sign with
    200                        JSON of `Enrolment`, signed with the hub's key

Both over TLS, for either holds secrets. Each is signed over its bytes as sent; the detached signature
(`sync.messages.signing`) stands in the header `Banyan-Signature`. So the district proves that it has the key it names, and the
hub that it is the one whose thumbprint stands in the invitation. Each names the other's key: what was said to one hub or
district is nothing to another.
"""

from typing import TypeVar

import msgspec
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, Undecodable
from sync.messages import signing

PATH = "/api/v1/enrolments"
SIGNATURE_HEADER = "Banyan-Signature"

_REQUEST = "banyan-enrolment-request"
_ANSWER = "banyan-enrolment"

Said = TypeVar("Said", bound=msgspec.Struct)


class EnrolmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Let this district in. `key` is its public key (JSON Web Key); `hub_key_id` and `secret` are the invitation's."""

    district: str
    secret: str
    hub_key_id: str
    key: dict[str, str]


class BusAccess(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the bus is; where it has accounts, the district's name and password there."""

    url: str
    account: str | None = None
    password: str | None = None


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What a district needs to take part. `key_id` names its key, `token_key` is base64, `region_code` is of GB/T 2260.

    `next_token_key` is there while the federation goes over from one key to the next, whose version is one higher.
    """

    district: str
    key_id: str
    name: str
    region_code: str
    hub_key: dict[str, str]
    bus: BusAccess
    token_key: str
    token_key_version: int
    next_token_key: str | None = None


def seal_request(request: EnrolmentRequest, key: OKPKey) -> tuple[bytes, str]:
    """A request's body and its signature."""
    return _seal(request, _REQUEST, key)


def open_request(body: bytes, signature: str) -> tuple[EnrolmentRequest, OKPKey]:
    """A request and its key, whose holder signed it; raises `Undecodable` or `BadSignature`."""
    request = _decode(body, EnrolmentRequest)
    key = _read_key(request.key)
    _check(body, signature, _REQUEST, key)
    return request, key


def seal_answer(enrolment: Enrolment, key: OKPKey) -> tuple[bytes, str]:
    """An answer's body and its signature."""
    return _seal(enrolment, _ANSWER, key)


def open_answer(body: bytes, signature: str, *, hub_key_id: str) -> Enrolment:
    """An answer of the hub that has the key of this thumbprint; raises `Undecodable` or `BadSignature`."""
    enrolment = _decode(body, Enrolment)
    key = _read_key(enrolment.hub_key)
    if key.kid != hub_key_id:
        raise BadSignature("the answer is another hub's, not that of the invitation")
    _check(body, signature, _ANSWER, key)
    return enrolment


def public_members(key: OKPKey) -> dict[str, str]:
    """The public half of `key` as it stands in these messages."""
    return msgspec.json.decode(signing.public_jwk(key), type=dict[str, str])


def _seal(said: msgspec.Struct, kind: str, key: OKPKey) -> tuple[bytes, str]:
    body = msgspec.json.encode(said)
    return body, signing.sign(body, {"typ": kind}, key).decode()


def _check(body: bytes, signature: str, kind: str, key: OKPKey) -> None:
    header = signing.read_header(signature.encode())
    if header.get("typ") != kind:
        raise BadSignature("the signature is for something else")
    signing.verify_with(key, body, signature.encode())


def _read_key(members: dict[str, str]) -> OKPKey:
    key = signing.read_key(msgspec.json.encode(members))
    if key.kid != key.thumbprint():
        raise Undecodable("a key is named by something else than its thumbprint")
    return key


def _decode(body: bytes, shape: type[Said]) -> Said:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # The library's own words may repeat a value.
        raise Undecodable("the body is not what is said here when a district joins") from error
