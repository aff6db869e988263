"""What do a district and the hub tell each other about the keys by which the district signs?"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

SIGNING_KEY_ADDED = "signing_key.added.v1"
SIGNING_KEY_ROTATED = "signing_key.rotated.v1"
SIGNING_KEY_RECOGNIZED = "signing_key.recognized.v1"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class SigningKeyState(msgspec.Struct, frozen=True, kw_only=True):
    """A district's public key as JSON Web Key (RFC 8037, section 2); its id is its thumbprint (RFC 7638).

    *Added*: the hub may take from now on what it signs; said by the key before it. *Rotated*: it is the one in use, and
    those before it may end; said by that key itself.
    """

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]


class SigningKeyPeriod(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hub takes what this key signs, from `not_before` until just before `not_after`, by the hub's clock."""

    key_id: str
    not_before: Moment
    not_after: Moment | None = None
