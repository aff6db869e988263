"""How do a district's hours enter the ledger?

Every version becomes a row; the newest version of an entry counts, whatever the order in which they come. The totals change
by the difference between what counted before and what counts now, in the same transaction. Whoever calls this holds the
cursor of the district's stream, so no two transactions post for the same district at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, case
from sqlalchemy.orm import Session

from federation.ledger.models import LedgerEntry, LedgerState, MonthTotal, OrganizationTotal, RegistrationTotal
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.databases import bulk, lookups
from sync.mailbox.facts import Fact

_STATES: Mapping[str, LedgerState] = {
    HOURS_CERTIFIED: LedgerState.CERTIFIED,
    HOURS_CORRECTED: LedgerState.CORRECTED,
    HOURS_REVOKED: LedgerState.REVOKED,
}


def post_hours(session: Session, district: str, facts: Sequence[Fact]) -> Sequence[bulk.Part]:
    """Adds `facts` (`HourEntryState`) to the ledger; gives what is left to be written: totals, and rows where they are few."""
    unknown = {(fact.key, (fact.epoch, fact.version)): fact for fact in facts}
    counted: dict[str, _Counting] = {}
    for entry_id, counting in _held(session, district, {fact.key for fact in facts if fact.is_held}):
        counted[entry_id] = counting
        unknown.pop((entry_id, counting.version), None)
    if not unknown:
        return ()
    values = (_values(district, fact) for fact in unknown.values())
    few = bulk.copy_unless_few(session, LedgerEntry, _COLUMNS, values, count=len(unknown))
    differences = _Differences()
    for (entry_id, version), fact in unknown.items():
        before = counted.get(entry_id)
        if before is None or before.version < version:
            counted[entry_id] = now = _counting(fact, version)
            differences.exchange(before, now)
    return bulk.new(LedgerEntry, few), *differences.parts(district)


class _Counting(msgspec.Struct, frozen=True):
    """What a version of an entry adds to the totals while it is the newest."""

    version: tuple[int, int]
    registration_id: str
    organization_id: str
    month: str
    field: str
    entries: int
    minutes: int


def _counting(fact: Fact, version: tuple[int, int]) -> _Counting:
    data = fact.data
    counts = _STATES[fact.type] is not LedgerState.REVOKED
    minutes = data.credited_minutes if counts else 0
    return _Counting(version, data.registration_id, data.organization_id, data.month, data.field, int(counts), minutes)


_counts = case((LedgerEntry.state == LedgerState.REVOKED, 0), else_=1)
_lookup = lookups.Lookup(
    (
        LedgerEntry.entry_id,
        LedgerEntry.epoch,
        LedgerEntry.version,
        LedgerEntry.registration_id,
        LedgerEntry.organization_id,
        LedgerEntry.month,
        LedgerEntry.field,
        _counts.label("entries"),
        (_counts * LedgerEntry.credited_minutes).label("minutes"),
    ),
    LedgerEntry.district == bindparam("district"),
    LedgerEntry.entry_id,
)


def _held(session: Session, district: str, entry_ids: Collection[str]) -> list[tuple[str, _Counting]]:
    """Every version in the ledger of each of `entry_ids`, older ones first."""
    rows = _lookup.find(session, list(entry_ids), district=district) if entry_ids else ()
    held = [(entry_id, _Counting((epoch, version), *counting)) for entry_id, epoch, version, *counting in rows]
    return sorted(held, key=lambda found: found[1].version)


_COLUMNS = (
    "district",
    "entry_id",
    "epoch",
    "version",
    "registration_id",
    "organization_id",
    "activity",
    "field",
    "month",
    "started_at",
    "ended_at",
    "raw_minutes",
    "credited_minutes",
    "state",
    "certified_by",
    "reason",
    "event_id",
    "recorded_at",
)


def _values(district: str, fact: Fact) -> tuple[Any, ...]:
    """What a fact's row in the ledger holds in `_COLUMNS`."""
    data = fact.data
    return (
        district,
        fact.key,
        fact.epoch,
        fact.version,
        data.registration_id,
        data.organization_id,
        data.activity,
        data.field,
        data.month,
        data.started_at,
        data.ended_at,
        data.raw_minutes,
        data.credited_minutes,
        _STATES[fact.type],
        data.certified_by,
        data.reason,
        fact.event_id,
        fact.time,
    )


def _nothing() -> list[int]:
    return [0, 0]


@dataclass
class _Differences:
    """How entries and minutes change, by month and field, by registration, and by organization."""

    months: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(_nothing))
    registrations: dict[str, list[int]] = field(default_factory=lambda: defaultdict(_nothing))
    organizations: dict[str, list[int]] = field(default_factory=lambda: defaultdict(_nothing))

    def exchange(self, before: _Counting | None, now: _Counting) -> None:
        """Takes out what counted before, and puts in what counts now."""
        if before is not None:
            self._add(before, -before.entries, -before.minutes)
        self._add(now, now.entries, now.minutes)

    def _add(self, counting: _Counting, entries: int, minutes: int) -> None:
        # A loop over the three takes twice as long, with every event.
        month = self.months[counting.month, counting.field]
        month[0] += entries
        month[1] += minutes
        registration = self.registrations[counting.registration_id]
        registration[0] += entries
        registration[1] += minutes
        organization = self.organizations[counting.organization_id]
        organization[0] += entries
        organization[1] += minutes

    def parts(self, district: str) -> Iterator[bulk.Part]:
        """What adds the differences to the totals of `district` (`bulk.write_all`)."""
        months = [
            {"district": district, "month": month, "field": field_, "entries": entries, "minutes": minutes}
            for (month, field_), (entries, minutes) in self.months.items()
            if entries or minutes
        ]
        yield bulk.sums(MonthTotal, months)
        yield bulk.sums(RegistrationTotal, _changed_totals(district, "registration_id", self.registrations))
        yield bulk.sums(OrganizationTotal, _changed_totals(district, "organization_id", self.organizations))


def _changed_totals(district: str, name: str, differences: Mapping[str, list[int]]) -> bulk.Rows:
    return [
        {"district": district, name: key, "entries": entries, "minutes": minutes}
        for key, (entries, minutes) in differences.items()
        if entries or minutes
    ]
