"""What does the district come to, and does the city know it?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import Metric

from api.tenant.bearer import part, places, settings
from api.tenant.schemas import StandingSchema, TotalsSchema
from sync.databases.sqlite import READ_ONLY
from sync.programs.figures import state_figures, stream_figures
from tenants.db import db
from tenants.hours.totals import Totals, totals_within
from tenants.mailbox import evidence
from tenants.staff.permissions import Permission
from tenants.standing import Standing, StandingState, standing

district = part("district", "", "The district as a whole.")


@district.get("/totals")
@district.response(200, TotalsSchema)
def read_totals() -> Totals:
    """The sums of the organizations that you may see."""
    return totals_within(db.session(), places(Permission.SEE))


@district.get("/standing")
@district.response(200, StandingSchema)
def read_standing() -> Standing:
    """How much of what was said here has the hub."""
    places(Permission.SEE)
    return standing(db.session(), settings().district, at=datetime.now(UTC))


def degraded() -> list[str]:
    """What does not work and is not needed to serve this district."""
    db.session.connection(execution_options=READ_ONLY)
    stands = standing(db.session(), settings().district, at=datetime.now(UTC))
    missing = []
    if stands.waiting:
        missing.append(f"The hub has confirmed {stands.hub_has} of {stands.head} events.")
    if stands.parked:
        missing.append(f"{stands.parked} events of the hub wait for a person to look at them.")
    return missing


def figures() -> Iterator[Metric]:
    """How both streams are."""
    db.session.connection(execution_options=READ_ONLY)
    session, code = db.session(), settings().district
    yield from stream_figures(evidence.readings(session), evidence.writings(session), evidence.refusals(session))
    yield state_figures({code: standing(session, code, at=datetime.now(UTC)).state}, StandingState)
