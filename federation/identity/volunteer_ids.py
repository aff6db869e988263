"""Of what is a volunteer ID made?

`PP SSSS SSSS SS CC`: two digits of the issuing province (GB/T 2260), ten random digits, two check digits (ISO 7064,
MOD 97-10). It says nothing about its bearer, and a restored hub cannot count its way to a number that is already held.
Kept without the spaces, which are for reading aloud.
"""

import secrets

from stdnum.iso7064 import mod_97_10

LENGTH = 14
_RANDOM_DIGITS = 10


def draw(province: str) -> str:
    """A new ID at random; the caller makes sure that nobody holds it."""
    body = f"{province}{secrets.randbelow(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}}"
    return body + mod_97_10.calc_check_digits(body)


def is_volunteer_id(text: str) -> bool:
    """Whether this could be an ID: its length, its digits, and its check digits."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and mod_97_10.is_valid(text)
