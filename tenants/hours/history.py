"""What became of an hour entry, step by step?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tenants.hours.models import HourEntryVersion


@dataclass(frozen=True)
class Step:
    """One version of an entry, and the one before it."""

    version: HourEntryVersion
    before: HourEntryVersion | None

    @property
    def changed_time(self) -> bool:
        """Whether this step gave the entry another time."""
        return self.before is not None and _time(self.before) != _time(self.version)

    @property
    def changed_service(self) -> bool:
        """Whether this step says that something else was done, or elsewhere."""
        return self.before is not None and _service(self.before) != _service(self.version)


def steps(versions: Sequence[HourEntryVersion]) -> list[Step]:
    """The steps of an entry's history, the first one first."""
    return [Step(version, before) for before, version in pairwise([None, *versions]) if version]


def _time(version: HourEntryVersion) -> tuple[object, ...]:
    return version.started_at, version.ended_at, version.credited_minutes


def _service(version: HourEntryVersion) -> tuple[object, ...]:
    return version.organization_id, version.activity, version.field
