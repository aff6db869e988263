"""Which registrations do the people of a city leave behind?

Everybody registers once, in their own district. Some register again elsewhere, and not all that is written down then is right.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.registers import slips
from benchmarks.registers.people import DISTRICTS, People, Person, new_passport
from sync.documents import DocumentKind

PROFILES = {"normal": 1.0, "hard": 1.8}
"""How much more frequent slips are than usual."""

AGAIN = 0.08
_A_THIRD_TIME = 0.1
_FIRST_DAY, _DAYS = date(2015, 1, 1), 4_000
_SOONEST_AGAIN, _LATEST_AGAIN = 30, 1_500
_OTHER_DOCUMENT = 0.006

# Of all registrations.
_SOMEBODY_ELSES_DOCUMENT = 0.0005
_NO_DOCUMENT = 0.30
_RECYCLED_PHONE = 0.01
_DESK_PHONE = 0.0005
_DESK = "13800138000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A registration as a district has it; what it does not know is empty. `person` and `twin` are the truth."""

    person: int
    twin: int | None
    district: str
    name: str
    birth_date: str
    gender: str
    phone: str
    document_kind: DocumentKind | None
    document: str
    registered_on: date


def make_register(people: int, *, seed: int, profile: str = "normal", again: float = AGAIN) -> Iterator[Entry]:
    """The registrations of so many people, in any order.

    The share `again` of them registers in a second district, and a tenth of these in a third.
    """
    city = People(seed).draw(people)
    chance = random.Random(f"{seed} {profile}")  # noqa: S311 - chance, no secret
    times: list[tuple[Person, str | None]] = [(person, None) for person in city]
    for count, person in enumerate(chance.sample(city, round(people * again))):
        elsewhere = chance.sample([district for district in DISTRICTS.things if district != person.district], 2)
        times += [(person, district) for district in elsewhere[: 2 if count < people * again * _A_THIRD_TIME else 1]]
    chance.shuffle(times)
    for person, district in times:
        entry = _entry(person, chance)
        if district is not None:
            entry = _written_again(entry, district, chance, factor=PROFILES[profile])
        yield _mixed_up(entry, city, chance)


def _entry(person: Person, chance: random.Random) -> Entry:
    """A registration without a slip."""
    return Entry(
        person=person.number,
        twin=person.twin,
        district=person.district,
        name=person.surname + person.given_name,
        birth_date=person.born.isoformat(),
        gender=person.gender,
        phone=person.phone,
        document_kind=person.document_kind,
        document=person.document,
        registered_on=_FIRST_DAY + timedelta(days=chance.randrange(_DAYS)),
    )


def _written_again(entry: Entry, district: str, chance: random.Random, *, factor: float) -> Entry:
    """What another `district` has some time later of the same person."""

    def written(value: str, likely: Sequence[tuple[float, slips.Slip]]) -> str:
        return slips.slipped(value, likely, chance, factor=factor)

    kind, document = entry.document_kind, entry.document
    if kind is DocumentKind.RESIDENT_ID:
        document = written(document, slips.RESIDENT_ID_SLIPS)
    if chance.random() < _OTHER_DOCUMENT * factor:
        kind, document = DocumentKind.PASSPORT, new_passport(chance)
    return replace(
        entry,
        district=district,
        name=slips.slipped(written(entry.name, slips.NAME_SLIPS), slips.DOT_SLIPS, chance, factor=1),
        birth_date=written(entry.birth_date, slips.BIRTH_DATE_SLIPS),
        gender=written(entry.gender, slips.GENDER_SLIPS),
        phone=written(entry.phone, slips.PHONE_SLIPS),
        document_kind=kind,
        document=document,
        registered_on=entry.registered_on + timedelta(days=chance.randrange(_SOONEST_AGAIN, _LATEST_AGAIN)),
    )


def _mixed_up(entry: Entry, city: Sequence[Person], chance: random.Random) -> Entry:
    """What becomes of any registration: another's document or phone, the phone of a desk, or no document."""
    if chance.random() < _SOMEBODY_ELSES_DOCUMENT:
        other = chance.choice(city)
        entry = replace(entry, document_kind=other.document_kind, document=other.document)
    if chance.random() < _NO_DOCUMENT:
        entry = replace(entry, document_kind=None, document="")
    if chance.random() < _RECYCLED_PHONE:
        entry = replace(entry, phone=chance.choice(city).phone)
    if chance.random() < _DESK_PHONE:
        entry = replace(entry, phone=_DESK)
    return entry
