"""What does the hub compare of a registration in a register?"""

from benchmarks.registers.making import Entry
from federation.identity.persons.features import Features, features_of
from federation.identity.persons.sealing import Person


def features_in(entry: Entry) -> Features:
    """The features as they arrive at the hub."""
    return features_of(
        Person(
            name=entry.name,
            birth_date=entry.birth_date or None,
            phone=entry.phone or None,
            gender=entry.gender or None,
        )
    )
