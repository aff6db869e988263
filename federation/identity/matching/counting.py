"""How common are a name, a reading and a birth date among all registrations?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from federation.identity.matching.frequencies import FURTHER_COUNTS, Frequencies
from federation.identity.matching.keys import keyed
from federation.identity.matching.models import ValueCount
from federation.identity.models import PersonTotal
from federation.identity.persons.features import Features
from sync.databases import bulk


def count_values(session: Session, come: Iterable[Features], gone: Iterable[Features], *, key: bytes) -> None:
    """Counts the values of registrations that `come`, and no more those of others that are `gone`."""
    counts = Counter(keyed_value for features in come for *_, keyed_value in _values(features, key))
    counts.subtract(keyed_value for features in gone for *_, keyed_value in _values(features, key))
    bulk.add_up(session, ValueCount, [{"value": value, "records": count} for value, count in counts.items() if count])


def read_frequencies(session: Session, about: Iterable[Features], *, key: bytes) -> Frequencies:
    """How common the values of the registrations `about` are, among all that are counted."""
    values = {keyed_value: (field, value) for features in about for field, value, keyed_value in _values(features, key)}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for keyed_value, records in _counts.find(session, list(values)):
        field, value = values[keyed_value]
        counts[field][value] = records
    records = session.scalar(select(func.coalesce(func.sum(PersonTotal.registrations), 0))) or 0
    return Frequencies(int(records), {field: counts[field] for field in FURTHER_COUNTS})


_held = ValueCount.__table__.c
_counts = bulk.Lookup((_held.value, _held.records), true(), _held.value)


def _values(features: Features, key: bytes) -> Iterator[tuple[str, str, int]]:
    """What of a registration is counted: field, value, and the keyed hash of both."""
    for field in FURTHER_COUNTS:
        if value := getattr(features, field):
            yield field, value, keyed(f"{field}={value}", key)
