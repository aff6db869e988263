"""How many minutes does this district stand by?"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from tenants.hours.models import HourEntry, HourState
from tenants.registrations.models import Registration


@dataclass(frozen=True)
class Totals:
    """Registrations, certified entries and their minutes, and entries that wait for a coordinator."""

    registrations: int
    certified_entries: int
    certified_minutes: int
    waiting_entries: int


def district_totals(session: Session) -> Totals:
    """The sums of the whole district, counted afresh."""
    return _totals(session, registered_there=true(), served_there=true())


def totals_within(session: Session, organizations: Collection[uuid.UUID]) -> Totals:
    """The sums of some organizations: who is registered there, and the hours that were served there."""
    return _totals(
        session,
        registered_there=Registration.organization_id.in_(organizations),
        served_there=HourEntry.organization_id.in_(organizations),
    )


def _totals(session: Session, *, registered_there: ColumnElement[bool], served_there: ColumnElement[bool]) -> Totals:
    figures = select(HourEntry.state, func.count(), func.sum(HourEntry.credited_minutes)).where(served_there)
    rows = session.execute(figures.group_by(HourEntry.state))
    by_state = {state: (entries, minutes) for state, entries, minutes in rows}
    certified_entries, certified_minutes = by_state.get(HourState.CERTIFIED, (0, 0))
    return Totals(
        registrations=session.execute(select(func.count()).select_from(Registration).where(registered_there)).scalar_one(),
        certified_entries=certified_entries,
        certified_minutes=certified_minutes,
        waiting_entries=by_state.get(HourState.SUBMITTED, (0, 0))[0],
    )
