"""How does the hub come to know a program that will send people here?"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.orm import Session

from federation.clients.addresses import check_address
from federation.clients.models import LONGEST_CLIENT_ID, Algorithm, Authentication, Client, Scope
from federation.errors import Invalid, NotFound

CALLBACK_PATH = "/sign-in/callback"
SIGNED_OUT_PATH = "/signed-out"
BACKCHANNEL_LOGOUT_PATH = "/sign-in/back-channel-logout"
_EVERY_SCOPE = " ".join(scope.value for scope in Scope)
_KEY_TYPES = {"EC", "OKP", "RSA"}


def register_client(
    session: Session,
    client_id: str,
    *,
    name: str,
    redirect_uris: Sequence[str],
    post_logout_redirect_uris: Sequence[str] = (),
    backchannel_logout_uri: str | None = None,
    authentication: Authentication,
    jwks: dict[str, Any] | None = None,
    secret: str | None = None,
    scopes: str = _EVERY_SCOPE,
    id_token_algorithm: Algorithm = Algorithm.ES256,
    district: str | None = None,
    first_party: bool = False,
    pkce_required: bool = True,
    at: datetime,
) -> Client:
    """A new client, or what is new of a client that is known; raises `Invalid`."""
    _check_id(client_id)
    if not name.strip():
        raise Invalid("A client needs a name; people are asked whether they want to go on to it.", field="name")
    if not redirect_uris:
        raise Invalid("A client needs an address to which people come back.", field="redirect_uris")
    for field, addresses in (
        ("redirect_uris", redirect_uris),
        ("post_logout_redirect_uris", post_logout_redirect_uris),
        ("backchannel_logout_uri", [backchannel_logout_uri] if backchannel_logout_uri else []),
    ):
        for address in addresses:
            check_address(address, field=field)
    if set(scopes.split()) - set(_EVERY_SCOPE.split()) or Scope.OPENID not in scopes.split():
        raise Invalid(f"A client's scopes are openid and some of: {_EVERY_SCOPE}.", field="scopes")
    client = session.get(Client, client_id)
    if client is None:
        client = Client(client_id=client_id, registered_at=at)
        session.add(client)
    client.name, client.district = name.strip(), district
    client.redirect_uris, client.post_logout_redirect_uris = list(redirect_uris), list(post_logout_redirect_uris)
    client.backchannel_logout_uri = backchannel_logout_uri
    client.scopes, client.id_token_algorithm = " ".join(scopes.split()), id_token_algorithm
    client.first_party, client.pkce_required = first_party, pkce_required
    client.authentication = authentication
    if authentication is Authentication.PRIVATE_KEY_JWT:
        client.jwks, client.secret_hash = _public(jwks), None
    else:
        if not secret:
            raise Invalid("A client that shows a secret needs one.", field="secret")
        client.jwks, client.secret_hash = None, sha256(secret.encode()).digest()
    return client


def register_district(session: Session, code: str, *, name: str, public_url: str, jwks: dict[str, Any], at: datetime) -> Client:
    """The client that is a district's own program, at `public_url`, known by the public keys in `jwks`; raises `Invalid`."""
    return register_client(
        session,
        district_client_id(code),
        name=name,
        redirect_uris=[public_url + CALLBACK_PATH],
        post_logout_redirect_uris=[public_url + SIGNED_OUT_PATH],
        backchannel_logout_uri=public_url + BACKCHANNEL_LOGOUT_PATH,
        authentication=Authentication.PRIVATE_KEY_JWT,
        jwks=jwks,
        district=code,
        first_party=True,
        at=at,
    )


def district_client_id(code: str) -> str:
    """As which client a district's own program is known."""
    return f"district:{code}"


def new_secret() -> str:
    """256 random bits for a client to show."""
    return secrets.token_urlsafe(32)


def client_called(session: Session, client_id: str) -> Client:
    """The client; raises `NotFound`."""
    client = session.get(Client, client_id)
    if client is None:
        raise NotFound(f"There is no client {client_id}. See: banyan-hub client list")
    return client


def _check_id(client_id: str) -> None:
    """A client's id has a colon in it, and a person's never has one: neither passes for the other."""
    kind, _, rest = client_id.partition(":")
    plain = client_id.isascii() and client_id.replace(":", "").replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not (kind and rest and plain and len(client_id) <= LONGEST_CLIENT_ID):
        raise Invalid(f"{client_id!r} is no id of a client; one would be app:library, of a kind and a name.", field="client_id")


def _public(jwks: dict[str, Any] | None) -> dict[str, Any]:
    """The public halves of the keys, each with its thumbprint as id."""
    try:
        keys = KeySet.import_key_set(jwks or {}).keys  # type: ignore[arg-type]
        if not keys or any(key.key_type not in _KEY_TYPES for key in keys):
            raise ValueError
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise Invalid("A client that signs needs its public keys as a JSON Web Key Set (RFC 7517).", field="jwks") from None
    return {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint()} for key in keys]}
