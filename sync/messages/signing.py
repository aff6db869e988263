"""Who said this?

Detached JSON Web Signatures (RFC 7515, appendix F) with Ed25519 (RFC 8037, RFC 9864). The payload that is signed is the
body exactly as it is sent. The unencoded option of RFC 7797 would save one base64 pass of a batch, but the JOSE library
signs only text with it.
"""

import json
from datetime import datetime
from typing import Any, Protocol

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, Undecodable, UnknownKey

ALGORITHM = "Ed25519"
MAX_BODY_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 1024
_NO_KEY = "this is no Ed25519 key in JSON Web Key form"


class _Registry(jws.JWSRegistry):
    max_header_length = MAX_HEADER_BYTES
    max_payload_length = 2 * MAX_BODY_BYTES


# Our own header members (stream, epoch, from …) are not in the registry of RFC 7515, hence no strict check of names.
_registry = _Registry(algorithms=[ALGORITHM], strict_check_header=False)


class KeyRing(Protocol):
    """Whose public keys are known: the directory at the hub, the hub's key in a district."""

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The key that `sender` holds under `key_id` at `at`, or None."""


class Signer:
    """By which key a side signs now. Another may take its place between two messages (`sync.keys.rotating`)."""

    def __init__(self, key: OKPKey) -> None:
        self.key = key


def generate_key() -> OKPKey:
    """A new Ed25519 key pair whose id is its RFC 7638 thumbprint."""
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def read_key(jwk: bytes) -> OKPKey:
    """The key in a JSON Web Key (RFC 7517), identified by its thumbprint; raises `Undecodable`."""
    try:
        key = OKPKey.import_key(json.loads(jwk))
    except (JoseError, ValueError, TypeError) as error:
        raise Undecodable(_NO_KEY) from error
    if key.curve_name != ALGORITHM:
        raise Undecodable(_NO_KEY)
    key.ensure_kid()
    return key


def private_jwk(key: OKPKey) -> bytes:
    """The whole key as JSON, for a file that only its owner can read."""
    return json.dumps(key.as_dict(private=True)).encode()


def public_jwk(key: OKPKey) -> bytes:
    """The half of the key that may be shown to everybody, as JSON."""
    return json.dumps(key.as_dict(private=False)).encode()


def sign(body: bytes, header: dict[str, Any], key: OKPKey) -> bytes:
    """The detached signature over `body`, with `header` protected by it."""
    protected = {"alg": ALGORITHM, "kid": key.kid, **header}
    header_part, _, signature_part = jws.serialize_compact(protected, body, key, registry=_registry).split(".")
    return f"{header_part}..{signature_part}".encode()


def read_header(signature: bytes) -> dict[str, Any]:
    """What a signature claims about itself, not yet verified; raises `Undecodable`."""
    try:
        return dict(jws.extract_compact(signature, registry=_registry).protected)
    except (JoseError, ValueError) as error:
        raise Undecodable("the signature line cannot be read") from error


class LookedUpOnce:
    """The keys of another `KeyRing`, each of which is asked for once: for what is verified in one go."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._found: dict[tuple[str, str, datetime], OKPKey | None] = {}

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The key that `sender` held under `key_id` at `at` when that was first asked, or None."""
        wanted = (sender, key_id, at)
        if wanted not in self._found:
            self._found[wanted] = self._keys.public_key(sender=sender, key_id=key_id, at=at)
        return self._found[wanted]


def verify(body: bytes, signature: bytes, *, sender: str, keys: KeyRing, at: datetime) -> None:
    """Raises `UnknownKey` or `BadSignature` unless `sender` signed exactly this body."""
    key_id = read_header(signature).get("kid")
    key = keys.public_key(sender=sender, key_id=key_id, at=at) if isinstance(key_id, str) else None
    if key is None:
        raise UnknownKey(f"{sender} holds no valid key {key_id}")
    verify_with(key, body, signature)


def verify_with(key: OKPKey, body: bytes, signature: bytes) -> None:
    """Raises `BadSignature` unless the holder of `key` signed exactly this body."""
    try:
        jws.deserialize_compact(signature, key, registry=_registry, payload=body)
    except BadSignatureError as error:
        raise BadSignature(f"the signature does not fit the key {key.kid}") from error
    except JoseError as error:
        raise Undecodable("the signature line cannot be read") from error
