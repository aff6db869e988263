"""How is a document token kept at the hub?

A district sends t1, the number's HMAC under the federation's key. The hub keeps only t2 = HMAC-SHA-256(hub key, t1). The hub
key is outside the database, so neither a copy of the database nor a district that holds the federation's key can try out
numbers against what is stored.
"""

import hmac
from hashlib import sha256

from federation.errors import Invalid

HUB_KEY_VERSION = 1
_TOKEN_BYTES = 32


def wrap(token: str, hub_key: bytes) -> bytes:
    """The hub's token (32 bytes) for a district's (64 hexadecimal digits); raises `Invalid`."""
    try:
        inner = bytes.fromhex(token)
    except ValueError:
        inner = b""
    if len(inner) != _TOKEN_BYTES:
        raise Invalid("A document token is 64 hexadecimal digits.", field="token")
    return hmac.digest(hub_key, inner, sha256)
