"""What do a district and the hub tell each other so that people who sign in at the hub are signed in at the district?"""

from typing import Annotated, Literal

import msgspec

RELYING_PARTY_ANNOUNCED = "relying_party.announced.v1"
RELYING_PARTY_REGISTERED = "relying_party.registered.v1"

_Coordinate = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]


class ClientKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of the curve P-256 as JSON Web Key (RFC 7518, section 6.2); its id is its thumbprint (RFC 7638)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: _Coordinate
    y: _Coordinate


class RelyingPartyState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a district's pages are (`https://…`), and by which key the provider knows its program."""

    public_url: str
    key: ClientKey


class RegisteredState(msgspec.Struct, frozen=True, kw_only=True):
    """The provider of the city knows the district as `client_id`, and is found and known by its `issuer` (OpenID Connect)."""

    issuer: str
    client_id: str
