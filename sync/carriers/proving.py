"""Which district is asking?

Whoever asks for what waits for a district signs a word that the hub has just made up, with the key that signs the district's
messages; HTTP Origin-Bound Authentication (RFC 7486) works alike. No clock but the hub's decides, and no secret is shared.
"""

from datetime import datetime

from joserfc.jwk import OKPKey

from sync import streams
from sync.errors import Undecodable
from sync.messages.message import PROTOCOL_VERSION, StreamClaims, seal, take_apart, verify
from sync.messages.signing import KeyRing

SCHEME = "Banyan"
PROOF = "banyan-proof"


def prove(challenge: str, *, district: str, key: OKPKey) -> str:
    """What `district` says in a request's `Authorization` to an answer's `challenge`."""
    claims = StreamClaims(typ=PROOF, v=PROTOCOL_VERSION, stream=streams.up(district))
    signature, _, _ = seal(challenge.encode(), claims, key).partition(b"\n")
    return f'{SCHEME} challenge="{challenge}", proof="{signature.decode()}"'


def prover(challenge: str, proof: str, *, keys: KeyRing, at: datetime) -> str:
    """The district whose key signed `challenge`; raises `Undecodable`, `UnknownKey` or `BadSignature`."""
    signed = take_apart(f"{proof}\n{challenge}".encode())
    if signed.claims.typ != PROOF:
        raise Undecodable(f"a {signed.claims.typ} proves nothing")
    verify(signed, receiver=streams.HUB, keys=keys, at=at)
    return signed.sender
