"""How is a password kept, so that nobody can read it?

As its hash with argon2id (RFC 9106), which takes a while on purpose, for whoever guesses as well. So no transaction is to be
open meanwhile; and a process hashes one at a time, in a thread that lets every other go first. Measured on two processors, four
people who signed in with passwords made others, who were signed in already, wait more than three times as long before that.
"""

import os
import secrets
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

MIN_PASSWORD_LENGTH = 10
LONGEST_HASH = 200

_NICENESS = 10
_hasher = PasswordHasher()


def _let_others_go_first() -> None:
    # Elsewhere only whole processes have a priority.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


_hashing = ThreadPoolExecutor(1, "hashing", initializer=_let_others_go_first)


@dataclass(frozen=True)
class Checked:
    """Whether a password fits, and the hash to keep from now on where today's hashes are stronger."""

    fits: bool
    stronger_hash: str | None = None


def hash_of(password: str) -> str:
    """What to keep of a password."""
    return _hashing.submit(_hasher.hash, password).result()


def check(password_hash: str, password: str) -> Checked:
    """Whether `password` is the one that `password_hash` was made of."""
    try:
        _hashing.submit(_hasher.verify, password_hash, password).result()
    except VerificationError:
        return Checked(fits=False)
    stronger = hash_of(password) if _hasher.check_needs_rehash(password_hash) else None
    return Checked(fits=True, stronger_hash=stronger)


@cache
def decoy_hash() -> str:
    """What no password fits: it is checked where there is no account, so that the answer takes as long as for any other."""
    return hash_of(secrets.token_urlsafe())
