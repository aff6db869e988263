"""How common are a name, a reading and a birth date among all registrations?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import true
from sqlalchemy.orm import Session

from federation.identity.matching.frequencies import FURTHER_COUNTS
from federation.identity.matching.keys import keyed
from federation.identity.matching.models import ValueCount
from federation.identity.persons.features import Features
from sync.databases import bulk, lookups


def counted(come: Iterable[Features], gone: Iterable[Features], *, key: bytes) -> bulk.Part:
    """By how much the counts of values change, as registrations `come` and others are `gone`."""
    counts = Counter(keyed_value for features in come for *_, keyed_value in _values(features, key))
    counts.subtract(keyed_value for features in gone for *_, keyed_value in _values(features, key))
    return bulk.sums(ValueCount, [{"value": value, "records": count} for value, count in counts.items() if count])


def read_counts(session: Session, about: Iterable[Features], *, key: bytes) -> Mapping[str, Mapping[str, int]]:
    """In how many of all registrations the values of those `about` stand, as `Frequencies` has it."""
    values = {keyed_value: (field, value) for features in about for field, value, keyed_value in _values(features, key)}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for keyed_value, records in _counts.find(session, list(values)):
        field, value = values[keyed_value]
        counts[field][value] = records
    return {field: counts[field] for field in FURTHER_COUNTS}


_held = ValueCount.__table__.c
_counts = lookups.Lookup((_held.value, _held.records), true(), _held.value)


def _values(features: Features, key: bytes) -> Iterator[tuple[str, str, int]]:
    """What of a registration is counted: field, value, and the keyed hash of both."""
    for field in FURTHER_COUNTS:
        if value := getattr(features, field):
            yield field, value, keyed(f"{field}={value}", key)
