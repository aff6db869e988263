"""How many minutes does this district stand by?"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tenants.hours.models import HourEntry, HourState
from tenants.registrations.models import Registration


@dataclass(frozen=True)
class DistrictTotals:
    """What the district has: registrations, certified entries and their minutes, and entries that wait for a coordinator."""

    registrations: int
    certified_entries: int
    certified_minutes: int
    waiting_entries: int


def district_totals(session: Session) -> DistrictTotals:
    """The sums of the whole district, counted afresh."""
    by_state = {
        state: (entries, minutes)
        for state, entries, minutes in session.execute(
            select(HourEntry.state, func.count(), func.sum(HourEntry.credited_minutes)).group_by(HourEntry.state)
        )
    }
    certified_entries, certified_minutes = by_state.get(HourState.CERTIFIED, (0, 0))
    return DistrictTotals(
        registrations=session.execute(select(func.count()).select_from(Registration)).scalar_one(),
        certified_entries=certified_entries,
        certified_minutes=certified_minutes,
        waiting_entries=by_state.get(HourState.SUBMITTED, (0, 0))[0],
    )
