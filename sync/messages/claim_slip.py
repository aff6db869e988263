"""How does a district vouch on paper for whom one of its registrations is of?

A claim slip is a JSON Web Signature (RFC 7515) with the key that signs the district's messages. Whoever was handed it at the
district's desk shows it to the hub, once and before it is too old, and is taken for the person of the registration.

    <header>.<payload>.<signature>   header: alg, kid, typ, district   payload: JSON of `ClaimSlip`
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import msgspec
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, Undecodable
from sync.messages import signing
from sync.messages.signing import KeyRing

LIFETIME = timedelta(days=14)
LONGEST = 1000
"""In characters."""

_TYPE = "banyan-claim-slip"
_PARTS = 3


class ClaimSlip(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds this is the person of a registration; `expires_at` is in seconds since 1970, and each has another `nonce`."""

    registration_id: str
    expires_at: int
    nonce: str


def write_slip(slip: ClaimSlip, *, district: str, key: OKPKey) -> str:
    """What stands on the paper."""
    body = msgspec.json.encode(slip)
    header, _, signature = signing.sign(body, {"typ": _TYPE, "district": district}, key).decode().split(".")
    return f"{header}.{urlsafe_b64encode(body).rstrip(b'=').decode()}.{signature}"


def read_slip(written: str, *, keys: KeyRing, at: datetime) -> tuple[str, ClaimSlip]:
    """The district that vouches, and what for; raises `Undecodable`, `UnknownKey`, or `BadSignature` also if it is too old."""
    parts = "".join(written.split()).split(".")
    if len(written) > LONGEST or len(parts) != _PARTS:
        raise Undecodable("this is no claim slip")
    header, payload, signature = parts
    try:
        body = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        slip = msgspec.json.decode(body, type=ClaimSlip)
    except (ValueError, msgspec.DecodeError) as error:
        raise Undecodable("this is no claim slip") from error
    detached = f"{header}..{signature}".encode()
    said = signing.read_header(detached)
    district = said.get("district")
    if said.get("typ") != _TYPE or not isinstance(district, str):
        raise BadSignature("the signature is for something else")
    signing.verify(body, detached, sender=district, keys=keys, at=at)
    if slip.expires_at <= at.timestamp():
        raise BadSignature("the claim slip is too old")
    return district, slip
