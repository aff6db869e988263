"""How is something signed so that clients believe that it comes from the hub, and believed that comes back?"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.clients.models import Algorithm
from federation.errors import NotPrepared
from federation.sso.keys.models import KeyState, SigningKey
from sync.databases.remembering import Remembered
from sync.databases.resealing import FieldCipher

ID_TOKEN = "JWT"  # noqa: S105 - a type
LOGOUT_TOKEN = "logout+jwt"  # noqa: S105 - the same

_keys = Remembered(SigningKey)


def sign(session: Session, claims: Mapping[str, Any], *, algorithm: Algorithm, type: str, cipher: FieldCipher) -> str:
    """A JSON Web Token with `claims`, by the key that signs with `algorithm`. Raises `NotPrepared` where there is none."""
    key = _keys.get(session, algorithm, lambda: _active(session, algorithm))
    if key is None:
        raise NotPrepared("The hub has no keys to sign with. Run: banyan-hub signing-key create")
    header = {"alg": algorithm.value, "kid": key.kid, "typ": type}
    return jwt.encode(header, dict(claims), _opened(key.sealed_private_jwk, cipher), algorithms=[algorithm.value])


def read_id_token(session: Session, token: str, *, issuer: str) -> dict[str, Any] | None:
    """What an ID token of the hub says, also when it has expired; None where this is none.

    Its key is the one that it names, and its algorithm that of the key: neither is the token's to choose.
    """
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = session.get(SigningKey, str(header.get("kid")))
        if key is None or key.state is KeyState.WITHDRAWN or header.get("typ") != ID_TOKEN:
            return None
        claims = jwt.decode(token, import_key(key.public_jwk), algorithms=[key.algorithm.value]).claims
    except (JoseError, ValueError):
        return None
    return claims if claims.get("iss") == issuer else None


def _active(session: Session, algorithm: Algorithm) -> SigningKey | None:
    of_these = select(SigningKey).where(SigningKey.algorithm == algorithm, SigningKey.state == KeyState.ACTIVE)
    return session.scalars(of_these).one_or_none()


# A sealed key never changes, and to load one takes longer than to sign with it.
@lru_cache(maxsize=16)
def _opened(sealed: bytes, cipher: FieldCipher) -> Key:
    return import_key(json.loads(cipher.decrypt(sealed)))
