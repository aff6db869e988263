"""When can a stretch of time be credited?

Durations are whole minutes. What counts is the time of service itself, without the way there and back.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tenants.errors import Invalid

MINUTES_PER_DAY = 24 * 60
_DAY = timedelta(days=1)
# The months that the hub counts begin with 1900; a day later that is so in every time zone. Long before, at the ends of the
# calendar, a moment cannot be told in another zone at all.
EARLIEST = datetime(1900, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Shift:
    """When somebody served: `ended_at` lies after `started_at`, `minutes` is what was declared."""

    started_at: datetime
    ended_at: datetime
    minutes: int


def possible_shift(started_at: datetime, ended_at: datetime, minutes: int, *, now: datetime) -> Shift:
    """The shift, or `Invalid` with the field and the reason why nobody can have served it."""
    if started_at < EARLIEST:
        raise Invalid("The shift began before the year 1900. Look at the year.", field="started_at", rule="too_long_ago")
    if ended_at <= started_at:
        raise Invalid("The shift ends before it starts.", field="ended_at", rule="ends_before_start")
    if minutes <= 0:
        raise Invalid("The shift has no duration.", field="minutes", rule="no_duration")
    if ended_at > now:
        raise Invalid("The shift lies in the future.", field="ended_at", rule="in_the_future")
    span = whole_minutes(ended_at - started_at)
    if minutes > MINUTES_PER_DAY or span > MINUTES_PER_DAY:
        raise Invalid("The shift is longer than 24 hours.", field="minutes", rule="over_24_hours")
    if minutes > span:
        message = "The duration is longer than the %(minutes)s minutes between start and end."
        raise Invalid(message, field="minutes", rule="longer_than_span", minutes=span)
    return Shift(started_at, ended_at, minutes)


def end_on_the_clock(started_at: datetime, clock_end: datetime, minutes: int) -> datetime:
    """The end of a shift of which only clock times on one service date are known.

    An end at or before the start belongs to the next day exactly where the declared duration says so, as for 22:00 to 02:00
    with four hours; otherwise it stands as it was given.
    """
    if clock_end <= started_at and whole_minutes(clock_end - started_at + _DAY) == minutes:
        with suppress(OverflowError):  # the calendar's last day has none after it
            return clock_end + _DAY
    return clock_end


def whole_minutes(duration: timedelta) -> int:
    """A duration in minutes, seconds cut off."""
    return int(duration.total_seconds() // 60)


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two stretches of time share any moment; one that begins when the other ends does not."""
    return one[0] < other[1] and other[0] < one[1]
