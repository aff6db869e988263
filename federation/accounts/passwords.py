"""Which passwords may an account have?"""

import secrets

from federation.errors import Invalid
from sync.accounts.passwords import MIN_PASSWORD_LENGTH, hash_of

# Nothing that is mistaken for something else when it is copied by hand.
_SYMBOLS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


def new_hash(password: str) -> str:
    """What to keep of a new password, made before a transaction is open; raises `Invalid` where it is too short."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid(f"A password needs at least {MIN_PASSWORD_LENGTH} characters.", field="password")
    return hash_of(password)


def initial_password() -> str:
    """A password at random, to be told to somebody who then chooses another: 79 bits in groups."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
