"""How is something made and kept that opens what it opens for whoever bears it: a code, a token, the id of a request?

The hub keeps the SHA-256 and nothing else. Of 256 random bits a plain hash is enough, because nobody guesses them, and a hash
that is slow on purpose would be paid with each sign-in.
"""

import secrets
from hashlib import sha256

HASH_BYTES = 32


def new_bearer() -> str:
    """256 random bits in 43 characters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def hash_of(bearer: str) -> bytes:
    """What is kept of it."""
    return sha256(bearer.encode()).digest()
