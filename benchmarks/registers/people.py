"""Who lives in a city of volunteers that does not exist?

Ages of students, of those who work and of those who retired; twins, who are born on one day and have a surname and a character
of their name in common; phones that a family shares or that had another owner before. The rates are assumptions.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.registers.names import Lottery, Names, twin_of
from sync.documents import DocumentKind

DISTRICTS = Lottery(
    [f"district-{number:02}" for number in range(1, 17)], [8, 7, 22, 12, 20, 6, 4, 4, 6, 8, 6, 4, 3, 2.5, 2.5, 2]
)
TODAY = date(2026, 1, 1)

# Mean and spread of the age in years.
_AGES = Lottery([(20.0, 3.0), (38.0, 9.0), (65.0, 6.5)], [0.38, 0.37, 0.25])
_YOUNGEST, _OLDEST = 14, 84
_MALE = 0.42
_TWIN_PAIRS = 0.003
_TWINS_OF_ONE_GENDER = 0.7
# The young ones have their parents' phone.
_TWINS_SHARE_PHONE = {True: 0.5, False: 0.05}
_GROWN_UP_BEFORE = 2006
_SHARED_PHONES = 0.02

_PHONE_PREFIXES = (
    130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 152, 156, 158, 159, 166,
    173, 176, 177, 178, 180, 183, 185, 186, 187, 188, 189, 191, 195, 198, 199,
)  # fmt: skip
_REGIONS = [f"1101{number:02}" for number in range(1, 18)]
_PASSPORTS, _TRAVEL_PERMITS = 0.006, 0.004
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they are. `number` says who; `twin` is the number of their twin."""

    number: int
    surname: str
    given_name: str
    born: date
    gender: str
    phone: str
    district: str
    document_kind: DocumentKind
    document: str
    twin: int | None = None


class People:
    """Draws the people of one city; each has a document of their own."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - chance, no secret
        self._names = Names(seed)
        self._documents: set[str] = set()

    def draw(self, count: int) -> list[Person]:
        """So many people, twins next to each other."""
        people: list[Person] = []
        while len(people) < count:
            person = self._draw_person(len(people))
            if person.surname and len(people) + 2 <= count and self._chance.random() < _TWIN_PAIRS:
                person = replace(person, twin=person.number + 1)
                people += (person, self._draw_twin(person))
            else:
                people.append(person)
        for place in self._chance.sample(range(count), round(count * _SHARED_PHONES)):
            people[place] = replace(people[place], phone=self._chance.choice(people).phone)
        return people

    def _draw_person(self, number: int) -> Person:
        chance = self._chance
        mean, spread = _AGES.draw(chance)
        age = min(max(chance.gauss(mean, spread), _YOUNGEST), _OLDEST)
        born = TODAY - timedelta(days=int(age * 365.25 + chance.random() * 365))
        gender = "M" if chance.random() < _MALE else "F"
        surname, given_name = self._names.draw(chance, year=born.year, gender=gender)
        kind, document = self._draw_document(born, gender)
        return Person(number, surname, given_name, born, gender, new_phone(chance), DISTRICTS.draw(chance), kind, document)

    def _draw_twin(self, person: Person) -> Person:
        chance = self._chance
        gender = person.gender if chance.random() < _TWINS_OF_ONE_GENDER else "MF"[person.gender == "M"]
        shares_phone = chance.random() < _TWINS_SHARE_PHONE[person.born.year >= _GROWN_UP_BEFORE]
        kind, document = self._draw_document(person.born, gender)
        return replace(
            person,
            number=person.number + 1,
            given_name=twin_of(person.given_name, chance, gender=gender),
            gender=gender,
            phone=person.phone if shares_phone else new_phone(chance),
            document_kind=kind,
            document=document,
            twin=person.number,
        )

    def _draw_document(self, born: date, gender: str) -> tuple[DocumentKind, str]:
        lot = self._chance.random()
        while True:
            if lot < _PASSPORTS:
                kind, document = DocumentKind.PASSPORT, new_passport(self._chance)
            elif lot < _PASSPORTS + _TRAVEL_PERMITS:
                kind, document = DocumentKind.HK_MACAU_PERMIT, f"H{self._chance.randrange(10**8):08}"
            else:
                order = 2 * self._chance.randrange(500) + (gender == "M")
                kind = DocumentKind.RESIDENT_ID
                document = resident_number(f"{self._chance.choice(_REGIONS)}{born:%Y%m%d}{order:03}")
            if document not in self._documents:
                self._documents.add(document)
                return kind, document


def new_phone(chance: random.Random) -> str:
    """Any mobile."""
    return f"{chance.choice(_PHONE_PREFIXES)}{chance.randrange(10**8):08}"


def new_passport(chance: random.Random) -> str:
    """The number of any passport."""
    return f"E{chance.randrange(10**8):08}"


def resident_number(body: str) -> str:
    """The resident number (GB 11643) whose first 17 digits are `body`."""
    return body + _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
