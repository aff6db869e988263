"""How does the hub say to a client who has signed in, when, and how surely?"""

from datetime import timedelta
from typing import Any

from authlib.oidc.core.util import create_half_hash

from federation.sso.asking import ASSURANCES
from federation.sso.calls import Call
from federation.sso.granted import Granted
from federation.sso.keys.signing import ID_TOKEN, sign

LIFETIME = timedelta(minutes=5)
_NAMES = {assurance: name for name, assurance in ASSURANCES.items()}


def issue(call: Call, granted: Granted, *, access_token: str, nonce: str | None) -> str:
    """An ID token (OpenID Connect Core, section 2) that comes with `access_token`.

    Who the person is beyond their `sub` is the userinfo endpoint's to say: an ID token comes back in an address, as a hint.
    """
    client, authorization = granted.client, granted.authorization
    issued_at = int(call.at.timestamp())
    claims: dict[str, Any] = {
        "iss": call.issuer,
        "aud": client.client_id,
        "sub": str(granted.account_id),
        "sid": granted.sid,
        "iat": issued_at,
        "exp": issued_at + int(LIFETIME.total_seconds()),
        "auth_time": int(authorization.authenticated_at.timestamp()),
        "acr": _NAMES[authorization.assurance],
        "amr": authorization.methods.split(),
        "at_hash": create_half_hash(access_token, client.id_token_algorithm.value).decode(),
    }
    if nonce:
        claims["nonce"] = nonce
    cipher = call.settings.field_cipher
    return sign(call.session, claims, algorithm=client.id_token_algorithm, type=ID_TOKEN, cipher=cipher)
