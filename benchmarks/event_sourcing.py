"""How do hour events go with the library eventsourcing?

As its documentation has one write it: an hour entry is an aggregate, the district an application that saves as many as it
gets at once, and the city a projection, whose view keeps the totals of district, month and field and, in the same
transaction, its place. Both are on PostgreSQL, with the functions in the database that the library's own speed run uses.
(https://eventsourcing.readthedocs.io, modules `application` and `projection`)
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.sql import SQL
from sqlalchemy import make_url

from benchmarks.carriers import DISTRICT
from benchmarks.looking import look_at
from benchmarks.ways import PROCESSES, Commit, Way
from sync.contracts.hours import HourEntryState

NAME = "eventsourcing"
EVENTS = 2_000


class HourEntry(Aggregate):
    """The time credited to one registration for one shift."""

    class Certified(Aggregate.Created):
        """What an hour event carries."""

        entry_id: str
        registration_id: str
        organization_id: str
        activity: str
        field: str
        month: str
        started_at: datetime
        ended_at: datetime
        raw_minutes: int
        credited_minutes: int
        certified_by: str

    @classmethod
    def certify(cls, state: HourEntryState) -> "HourEntry":
        """A new entry, by whose number it is found."""
        stated = {name: value for name, value in msgspec.structs.asdict(state).items() if value is not None}
        return cls._create(cls.Certified, id=UUID(state.entry_id), **stated)


class District(Application[UUID]):
    """A district's own system."""

    name = DISTRICT

    def certify(self, states: Sequence[HourEntryState]) -> None:
        """Saves new entries, all of them in one transaction."""
        self.save(*(HourEntry.certify(state) for state in states))


class MonthTotals(PostgresTrackingRecorder):
    """Hours of each district, month and field."""

    _ADD = SQL(
        "INSERT INTO month_total VALUES (%s, %s, %s, 1, %s) ON CONFLICT (district, month, field) DO UPDATE"
        " SET entries = month_total.entries + 1, minutes = month_total.minutes + excluded.minutes"
    )

    def __init__(self, datastore: PostgresDatastore, *, tracking_table_name: str) -> None:
        super().__init__(datastore, tracking_table_name=tracking_table_name)
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS month_total (district text, month text, field text, entries bigint, minutes bigint,"
                " PRIMARY KEY (district, month, field))"
            ).format()
        )

    def add(self, event: HourEntry.Certified, tracking: Tracking) -> None:
        """Counts an entry, and where it stood."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            place = (tracking.application_name, event.month, event.field)
            cursor.execute(self._ADD, (*place, event.credited_minutes), prepare=True)


class City(Projection[MonthTotals]):
    """What the city makes of a district's events."""

    name = "city"
    topics = (get_topic(HourEntry.Certified),)

    @singledispatchmethod
    def process_event(self, domain_event: DomainEventProtocol[UUID], tracking: Tracking) -> None:
        """Leaves out every other event."""

    @process_event.register
    def _(self, domain_event: HourEntry.Certified, tracking: Tracking) -> None:
        self.view.add(domain_event, tracking)


@contextmanager
def way(database: Callable[[str], AbstractContextManager[str]]) -> Iterator[Way]:
    """The library's way, between two databases of its own."""
    with database("sourced_hub") as hub_url, database("sourced_district") as district_url:
        environment = _environment(district_url, hub_url)
        opened = partial(writer, environment)
        with _project(environment):
            pass
        yield Way(
            name=NAME,
            writers=[opened],
            certifier=opened,
            carry=partial(_carry, environment),
            look=partial(look_at, hub_url),
            most=EVENTS,
        )


@contextmanager
def writer(environment: dict[str, str]) -> Iterator[Commit]:
    """The district."""
    with District(environment) as district:
        yield district.certify


def follow(environment: dict[str, str]) -> None:
    """The city: follows the district until it is ended."""
    with _project(environment) as runner:
        runner.run_forever()


def _project(environment: dict[str, str]) -> "ProjectionRunner[District, MonthTotals]":
    return ProjectionRunner(application_class=District, projection_class=City, view_class=MonthTotals, env=environment)


def _environment(district_url: str, hub_url: str) -> dict[str, str]:
    district, hub = make_url(district_url), make_url(hub_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_HOST": str(district.host),
        "POSTGRES_PORT": str(district.port),
        "POSTGRES_USER": str(district.username),
        "POSTGRES_PASSWORD": "unused",
        "POSTGRES_DBNAME": str(district.database),
        "CITY_POSTGRES_DBNAME": str(hub.database),
        "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
    }


@contextmanager
def _carry(environment: dict[str, str]) -> Iterator[None]:
    process = PROCESSES.Process(target=follow, args=(environment,))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
