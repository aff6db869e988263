"""With which hour entries is measured, whichever way they go?"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync.contracts.hours import HourEntryState
from sync.uuids import new_uuid

ZONE = ZoneInfo("Asia/Shanghai")
FIELDS = ("为老服务", "环保", "文化", "助残", "交通引导")
_REGISTRATIONS = [str(uuid.UUID(int=number)) for number in range(5_000)]
_ORGANIZATIONS = [str(uuid.UUID(int=number)) for number in range(200)]
_began = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
_made = 0


def hours(count: int) -> Iterator[HourEntryState]:
    """That many new hour entries of 5,000 volunteers in 200 organizations, over a year; some 400 bytes each as JSON."""
    global _made  # noqa: PLW0603 - entries differ from call to call
    for number in range(_made, _made + count):
        started_at = _began + timedelta(hours=number % (365 * 24))
        minutes = 60 + number % 180
        yield HourEntryState(
            # As districts number their entries.
            entry_id=str(new_uuid()),
            registration_id=_REGISTRATIONS[number * 7 % len(_REGISTRATIONS)],
            organization_id=_ORGANIZATIONS[number % len(_ORGANIZATIONS)],
            activity="周末社区图书整理与导读服务",
            field=FIELDS[number % len(FIELDS)],
            month=f"{started_at.astimezone(ZONE):%Y-%m}",
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=minutes),
            raw_minutes=minutes,
            credited_minutes=minutes,
            certified_by="coordinator",
        )
    _made += count
