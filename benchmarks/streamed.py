"""How do hour events go the way of this project?

Through the programs as they are: the district's log and relay, signed batches on the bus, the hub's consumer and ledger. A
single entry is one that a coordinator certifies.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.carriers import DISTRICT, Carrier, open_engine
from benchmarks.hours import FIELDS, ZONE
from benchmarks.stage import Stage, stage
from benchmarks.ways import Commit, Way
from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HourEntryState
from tenants import mailbox
from tenants.hours.certifying import certify
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.organizations.arranging import found_district
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tenants.settings import Settings

NAME = "this, one consumer"


@contextmanager
def way(carrier: Carrier, folder: Path, *, districts: int = 1) -> Iterator[Way]:
    """The way of this project from so many districts, with as many processes of the hub's program at work."""
    with stage(carrier, folder, districts=districts) as ready, ready.hub_syncing():
        yield way_of(ready, carrier)


def way_of(ready: Stage, carrier: Carrier) -> Way:
    """The same, for parties that are at work already."""
    return Way(
        name=NAME if len(ready.districts) == 1 else f"this, {len(ready.districts)} districts and consumers",
        writers=[partial(writer, code, carrier.district_urls[code]) for code in ready.districts],
        certifier=partial(_certifier, ready),
        carry=partial(_carry, ready),
        look=ready.look,
    )


@contextmanager
def writer(code: str, url: str) -> Iterator[Commit]:
    """What commits hour events in a district, as an import does."""
    engine = open_engine(url)
    sessions = sessionmaker(engine)
    mailbox.log.listen(sessions)

    def commit(entries: Sequence[HourEntryState]) -> None:
        with sessions.begin() as session:
            for state in entries:
                mailbox.log.announce(session, streams.up(code), type=HOURS_CERTIFIED, key=state.entry_id, version=1, data=state)

    yield commit
    engine.dispose()


@contextmanager
def _carry(ready: Stage) -> Iterator[None]:
    with ready.districts_syncing():
        yield


@contextmanager
def _certifier(ready: Stage) -> Iterator[Commit]:
    settings = ready.district_settings()
    with ready.district.sessions.begin() as session:
        registration_id = _register(session, settings)
    ready.settle()
    shifts = iter(range(10_000))

    def commit(entries: Sequence[HourEntryState]) -> None:
        for _ in entries:
            now = datetime.now(UTC)
            with ready.district.sessions() as session:
                registration = session.get_one(Registration, registration_id)
                started_at = now - timedelta(hours=2 * next(shifts) + 3)
                details = HourDetails(
                    registration=registration,
                    organization_id=registration.organization_id,
                    activity="净滩行动",
                    field=FIELDS[0],
                    shift=possible_shift(started_at, started_at + timedelta(hours=1), 60, now=now),
                )
                entry = submit_hours(session, details, by="recorder", at=now)
                session.commit()
                certify(session, entry, by="coordinator", at=now, settings=settings)
                session.commit()

    yield commit


def _register(session: Session, settings: Settings) -> uuid.UUID:
    """A new volunteer, who has worked nowhere so far."""
    now = datetime.now(UTC)
    number = f"FT{uuid.uuid4()}"
    root = found_district(session, district=DISTRICT, name=settings.district_name)
    details = RegistrationDetails(
        local_number=number, name="张伟", organization=root, registered_on=now.astimezone(ZONE).date()
    )
    record_registration(session, details, existing=None, settings=settings, at=now)
    session.flush()
    return session.scalars(select(Registration.id).where(Registration.local_number == number)).one()
