"""Do hours certified in a district become the city's, once, and does the volunteer ID come back?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.directory.standing import standings
from federation.ledger import totals
from sync.documents import DocumentKind
from sync.testing import BadWeather
from tenants.hours import certifying
from tenants.hours.models import HourEntry
from tests.support.city import City, city
from tests.support.postgresql import PostgreSQL

# The worked example of GB 11643-1999: one person, registered in two districts.
DOCUMENT = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": "11010519491231002X"}
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def on_servers(postgresql_server: PostgreSQL, tmp_path: Path) -> Iterator[City]:
    """A city of two districts on PostgreSQL."""
    with ExitStack() as stack:

        def new_database(name: str) -> str:
            return stack.enter_context(postgresql_server.database(f"{tmp_path.name}-{name}"))

        with city(new_database, "futian", "luohu") as made:
            yield made


def serve_and_certify(made: City) -> None:
    """One person in both districts, with three hours in the first and one and a half in the second."""
    futian, luohu = made.districts
    futian.register("FT1", name="张伟", **DOCUMENT)
    luohu.register("LH1", name="張偉", **DOCUMENT)
    luohu.register("LH2", name="李娜")
    futian.certify_hours("FT1", started_at=MORNING, ended_at=MORNING + timedelta(hours=3))
    luohu.certify_hours("LH1", started_at=MORNING + timedelta(days=1), ended_at=MORNING + timedelta(days=1, minutes=90))


def check(made: City) -> None:
    """Everybody has the same sums, and the two registrations are one person."""
    futian, luohu = made.districts
    with made.hub.sessions() as session:
        everything = totals.city(session)
        by_district = {found.district: found.hours.minutes for found in totals.by_district(session)}
        volunteer_id = futian.volunteer_id("FT1")
        assert volunteer_id is not None
        person = sum(part.hours.minutes for part in totals.of_volunteer(session, volunteer_id))
        assert all(standing.equal for standing in standings(session, at=datetime.now(UTC)))
    assert by_district == {made_here.code: made_here.totals().certified_minutes for made_here in made.districts}
    assert (everything.people, everything.registrations, everything.hours.minutes) == (2, 3, 270)
    assert luohu.volunteer_id("LH1") == volunteer_id != luohu.volunteer_id("LH2")
    assert person == 270


def test_on_sqlite_and_the_embedded_bus(on_files: City, embedded_url: str) -> None:
    with on_files.running(embedded_url):
        serve_and_certify(on_files)
        on_files.settle()
    check(on_files)


def test_on_postgresql_and_rabbitmq(on_servers: City, rabbitmq_url: str) -> None:
    with on_servers.running(rabbitmq_url):
        serve_and_certify(on_servers)
        on_servers.settle()
    check(on_servers)


def test_a_district_works_on_alone_and_catches_up(on_files: City, embedded_url: str) -> None:
    serve_and_certify(on_files)
    assert on_files.districts[0].totals().certified_minutes == 180
    with on_files.running(embedded_url):
        on_files.settle()
    check(on_files)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "weather",
    [
        lambda seed: BadWeather(seed=seed, double=0.5),
        lambda seed: BadWeather(seed=seed, reorder=0.5),
        lambda seed: BadWeather(seed=seed, lose=0.5),
        lambda seed: BadWeather(seed=seed, lose=0.3, double=0.3, reorder=0.3),
    ],
    ids=["doubled", "reordered", "lost", "all of it"],
)
def test_nothing_lost_and_nothing_twice(on_files: City, weather: Callable[[int], BadWeather], seed: int) -> None:
    futian, luohu = on_files.districts
    storm = on_files.storm(weather(seed))
    storm.blow(2)
    futian.register("FT1", name="张伟", **DOCUMENT)
    storm.blow(2)
    luohu.register("LH1", name="張偉", **DOCUMENT)
    storm.blow(1)
    futian.certify_hours("FT1", started_at=MORNING, ended_at=MORNING + timedelta(hours=3))
    storm.blow(1)
    luohu.register("LH2", name="李娜")
    luohu.certify_hours("LH1", started_at=MORNING + timedelta(days=1), ended_at=MORNING + timedelta(days=1, minutes=90))
    storm.blow(3)
    storm.calm()
    storm.blow(10)
    assert on_files.in_step()
    check(on_files)


def test_the_city_follows_a_change_of_mind(on_files: City, embedded_url: str) -> None:
    futian = on_files.districts[0]
    futian.register("FT1", name="张伟")
    entry_id = futian.certify_hours("FT1", started_at=MORNING, ended_at=MORNING + timedelta(hours=3))
    with on_files.running(embedded_url):
        on_files.settle()
        with futian.sessions.begin() as session:
            entry = session.get_one(HourEntry, entry_id)
            certifying.revoke(
                session, entry, reason="never came", by="coordinator", at=datetime.now(UTC), settings=futian.settings
            )
        on_files.settle()
    with on_files.hub.sessions() as session:
        assert totals.city(session).hours.minutes == 0
