"""What of a person is compared with others?"""

import msgspec

from federation.identity.persons.normalising import has_parts, normal_birth_date, normal_name, normal_phone
from federation.identity.persons.reading import is_in_characters, pinyin_of_characters, pinyin_of_letters, surname_of
from federation.identity.persons.sealing import Person


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the form in which two are compared; what is not known is empty.

    `name` is the normal form, in which `normalising.WILDCARD` stands for one unknown character; `surname` and `given_name`
    are its two parts, both empty where it is not divided into these. `pinyin` is toneless syllables with a space between
    them, the surname's first. `birth_date` is `YYYYMMDD`; `phone` the 11 digits of a mobile of the mainland, or other digits;
    `gender` `M` or `F`.
    """

    name: str
    surname: str
    given_name: str
    pinyin: str
    birth_date: str
    phone: str
    gender: str


def features_of(person: Person) -> Features:
    """What of `person` is compared."""
    name = normal_name(person.name)
    surname = "" if has_parts(person.name) else surname_of(name)
    return Features(
        name=name,
        surname=surname,
        given_name=name[len(surname) :] if surname else "",
        pinyin=pinyin_of_characters(name, surname) if is_in_characters(name) else pinyin_of_letters(person.name),
        birth_date=normal_birth_date(person.birth_date),
        phone=normal_phone(person.phone),
        gender=person.gender or "",
    )
