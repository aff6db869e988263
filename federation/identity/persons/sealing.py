"""How is what the hub holds about a person kept from those who only see the database?"""

import msgspec
from cryptography.fernet import MultiFernet

from sync.contracts.registrations import RegistrationState


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who a registration says that it belongs to; `birth_date` is `YYYY-MM-DD`, `gender` is `M` or `F`."""

    name: str
    birth_date: str | None = None
    phone: str | None = None
    gender: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Person)


def person_of(state: RegistrationState) -> Person:
    """The personal part of a registration."""
    return Person(name=state.name, birth_date=state.birth_date, phone=state.phone, gender=state.gender)


def seal(person: Person, cipher: MultiFernet) -> bytes:
    """`person`, encrypted."""
    return cipher.encrypt(_encoder.encode(person))


def unseal(sealed: bytes, cipher: MultiFernet) -> Person:
    """The person whom `seal` encrypted."""
    return _decoder.decode(cipher.decrypt(sealed))
