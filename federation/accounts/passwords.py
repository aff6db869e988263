"""Which passwords may an account have?"""

import secrets

from zxcvbn import zxcvbn

from federation.errors import Invalid
from sync.accounts.passwords import MIN_PASSWORD_LENGTH, hash_of

# Nothing that is mistaken for something else when it is copied by hand.
SYMBOLS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4

# Of 0 to 4; below it, whoever guesses in the order of likelihood needs less than a hundred million tries.
_FEWEST_POINTS = 2
_MOST_ESTIMATED = 72


def new_hash(password: str, *, about: tuple[str, ...] = ()) -> str:
    """What to keep of a new password, made before a transaction is open; raises `Invalid` where it is too short or common.

    `about` is what others know of the person, such as their name: it makes no password.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid("A password needs at least %(least)s characters.", field="password", least=MIN_PASSWORD_LENGTH)
    if zxcvbn(password[:_MOST_ESTIMATED], user_inputs=[word for word in about if word])["score"] < _FEWEST_POINTS:
        raise Invalid("This password is among the first that somebody would try. Choose another one.", field="password")
    return hash_of(password)


def initial_password() -> str:
    """A password at random, to be told to somebody who then chooses another: 79 bits."""
    return random_groups(_GROUPS)


def random_groups(count: int) -> str:
    """Symbols at random, of nearly 5 bits each, in `count` groups of four."""
    return "-".join("".join(secrets.choice(SYMBOLS) for _ in range(_GROUP_LENGTH)) for _ in range(count))
