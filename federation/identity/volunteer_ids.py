"""What does a volunteer ID look like?

`PP SSSS SSSS SS CC`: two digits of the issuing province (GB/T 2260), ten random digits, two check digits (ISO 7064,
MOD 97-10). It says nothing about its bearer, and a restored hub cannot count its way to a number that is already held.
Stored without spaces.
"""

import secrets

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

LENGTH = 14
_RANDOM_DIGITS = 10
_GROUPS = ((0, 2), (2, 6), (6, 10), (10, 12), (12, 14))


def draw(province: str) -> str:
    """A new ID at random; the caller makes sure that nobody holds it."""
    body = f"{province}{secrets.randbelow(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}}"
    return body + mod_97_10.calc_check_digits(body)


def read(written: str) -> str | None:
    """The ID that somebody wrote, with or without spaces; None where its length or check digits are wrong."""
    compact = "".join(written.split())
    if len(compact) != LENGTH or not (compact.isascii() and compact.isdigit()):
        return None
    try:
        return mod_97_10.validate(compact)
    except ValidationError:
        return None


def shown(volunteer_id: str) -> str:
    """An ID in groups, as it is printed and read aloud."""
    return " ".join(volunteer_id[start:end] for start, end in _GROUPS)
