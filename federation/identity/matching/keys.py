"""By what are registrations found that may be of one person?

Nobody can compare a registration with a million others. But two of one person nearly always have one of six things in
common, however one of them was mistyped (measured: 99 of 100 pairs). Each is kept as a keyed hash, from which nobody can
read what it stands for without a key that is outside the database.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from federation.identity.persons.features import Features

VERSION = 1
"""Grows whenever the same registration gets other keys than before."""

_BYTES = 8
_ORDER: Literal["big"] = "big"


# Asked several times of each registration while its batch is linked, and hashing is most of the work there.
@lru_cache(maxsize=10_000)
def candidate_keys(features: Features, key: bytes) -> frozenset[int]:
    """The keys of a registration, 64 bits each with a sign; those for which it lacks something are left out."""
    return frozenset(keyed(text, key) for text in _blocks(features))


def phone_key(features: Features, key: bytes) -> int | None:
    """That of the keys which stands for the telephone."""
    return keyed(_phone(features), key) if features.phone else None


def keyed(text: str, key: bytes) -> int:
    """The keyed hash of `text` as a number that a database's 64-bit column holds."""
    return int.from_bytes(blake2b(text.encode(), key=key, digest_size=_BYTES).digest(), _ORDER, signed=True)


def _phone(features: Features) -> str:
    return f"phone={features.phone}"


def _blocks(features: Features) -> Iterator[str]:
    born = features.birth_date
    if features.phone:
        yield _phone(features)
    if not born:
        return
    year, day = born[:4], born[4:]
    if features.name:
        yield f"name={features.name} year={year}"
    if features.pinyin:
        yield f"pinyin={features.pinyin} year={year}"
        yield f"pinyin={features.pinyin} day={day}"
    if features.surname:
        yield f"surname={features.surname} born={born}"
        yield f"given_name={features.given_name} born={born}"
