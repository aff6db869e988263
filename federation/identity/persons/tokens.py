"""How is a document token kept at the hub?

A district sends t1, the number's HMAC under the federation's key. The hub keeps only t2 = HMAC-SHA-256(hub key, t1). The hub
key is outside the database, so neither a copy of the database nor a district that holds the federation's key can try out
numbers against what is stored.

A newer hub key is wrapped around what the older ones made: HMAC(second key, t2). So what is stored comes under it without a
word from the districts, and the hub needs each of its keys, from the first on, for what districts send from then on.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from federation.errors import Invalid

_TOKEN_BYTES = 32


def wrap(token: str, hub_keys: Sequence[bytes]) -> bytes:
    """The hub's token (32 bytes) for a district's (64 hexadecimal digits), under `hub_keys` in turn; raises `Invalid`."""
    try:
        inner = bytes.fromhex(token)
    except ValueError:
        inner = b""
    if len(inner) != _TOKEN_BYTES:
        raise Invalid("A document token is 64 hexadecimal digits.", field="token")
    return wrap_further(inner, hub_keys, version=0)


def wrap_further(token: bytes, hub_keys: Sequence[bytes], *, version: int) -> bytes:
    """What becomes of a token that is under the first `version` of `hub_keys`, when the others are wrapped around it, too."""
    for key in hub_keys[version:]:
        token = hmac.digest(key, token, sha256)
    return token
