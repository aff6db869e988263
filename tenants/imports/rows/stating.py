"""What does a row state about hours?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256

from tenants.errors import Invalid
from tenants.hours.rules import end_on_the_clock
from tenants.imports.forms import values
from tenants.imports.forms.cells import Cells
from tenants.imports.rows.judging import Run
from tenants.imports.rows.places import place_names
from tenants.organizations.models import OrganizationKind

_MOMENT_EXAMPLE = "2026-07-31 18:45"
_CLOCK_EXAMPLE = "18:45"


@dataclass(frozen=True)
class HourStatement:
    """Hours as a register states them; `certified_by` is None where they wait for certification there."""

    number: str
    volunteer_number: str
    name: str | None
    activity: str
    field: str
    place: dict[OrganizationKind, str]
    started_at: datetime
    ended_at: datetime
    minutes: int
    certified_by: str | None

    @cached_property
    def digest(self) -> str:
        """A SHA-256 that is the same as long as the register says the same, however it writes it."""
        stated = {name: value for name, value in vars(self).items() if name != "digest"}
        return sha256(repr(sorted(stated.items())).encode()).hexdigest()


def stated_hours(cells: Cells, run: Run) -> HourStatement:
    """What the row says, its moments in UTC; raises `Invalid` for what is missing or cannot be read."""
    profile = cells.source.profile
    minutes = cells.optional_value(
        "minutes",
        lambda written: values.duration(written, profile.minutes_per_unit),
        "90" if profile.minutes_per_unit == 1 else "1.5" if profile.minutes_per_unit else "90分钟",
    )
    # An empty cell says that there is no duration, just as a zero does.
    started_at, ended_at = _times(cells, run, minutes or 0)
    return HourStatement(
        number=cells.key("local_number"),
        volunteer_number=cells.key("volunteer_number"),
        name=cells.optional_text("name"),
        activity=cells.text("activity"),
        field=cells.text("field"),
        place=place_names(cells),
        started_at=started_at.astimezone(UTC),
        ended_at=ended_at.astimezone(UTC),
        minutes=minutes or 0,
        certified_by=_certifier(cells, run),
    )


def _times(cells: Cells, run: Run, minutes: int) -> tuple[datetime, datetime]:
    zone = run.settings.time_zone
    if "service_date" not in cells.source.columns:

        def moment(field: str) -> datetime:
            return cells.value(field, lambda written: values.moment(written, zone), _MOMENT_EXAMPLE)

        return moment("started_at"), moment("ended_at")
    day = cells.value("service_date", values.day, "2026-07-31")
    started_at = datetime.combine(day, cells.value("started_at", values.clock, _CLOCK_EXAMPLE), zone)
    clock_end = datetime.combine(day, cells.value("ended_at", values.clock, _CLOCK_EXAMPLE), zone)
    return started_at, end_on_the_clock(started_at, clock_end, minutes)


def _certifier(cells: Cells, run: Run) -> str | None:
    if not cells.value("status", values.certified, "已认证, 待认证"):
        return None
    certifier = cells.key("certified_by")
    if certifier == run.recorder:
        message = "Nobody certifies hours that they import themselves. Fill in who certified them in the register."
        raise Invalid(message, field="certified_by", rule="self_certified")
    return certifier
