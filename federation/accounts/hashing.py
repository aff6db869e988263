"""How is found again what must not be read from a copy of the database?

By its keyed hash. What somebody is reached by can be enumerated, and a code of six digits all the more, so that a plain hash
would say what it was made of.
"""

import hmac

LENGTH = 64


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA-256 of `text` for one `purpose`, in hexadecimal digits; of two purposes it is never the same."""
    return hmac.digest(key, f"{purpose}\n{text}".encode(errors="surrogatepass"), "sha256").hex()
