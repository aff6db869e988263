"""Does a district whose firewall knows only HTTPS lose nothing, whatever is killed on its way?"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.ledger import totals
from sync import streams
from sync.documents import DocumentKind
from sync.messages import signing
from sync.messages.batch import seal_batch
from tests.support import servers
from tests.support.city import BEACON_SECONDS, City, District, serve
from tests.support.district import district_environment
from tests.support.gateway import Gateway
from tests.support.hub import hub_environment
from tests.support.waiting import eventually

# The worked example of GB 11643-1999: one person, registered in two districts.
DOCUMENT = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": "11010519491231002X"}
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SHIFT = timedelta(hours=1)


@pytest.fixture(params=["embedded", "rabbitmq"])
def bus_url(request: pytest.FixtureRequest) -> str:
    """The bus behind the hub's web process."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def gateway(on_files: City, bus_url: str, tmp_path: Path) -> Iterator[Gateway]:
    """The web process of the city's hub."""
    hub = on_files.hub
    signing_key = signing.private_jwk(hub.wire.signing_key).decode()
    environment = hub_environment(hub.settings.database_url, tmp_path, BUS_URL=bus_url, SIGNING_KEY=signing_key)
    gateway = Gateway(tmp_path, environment)
    with gateway.running():
        yield gateway


def environment_of(district: District, gateway: Gateway, folder: Path) -> dict[str, str]:
    settings = district.settings
    return os.environ | {
        **district_environment(folder, code=district.code, name=settings.district_name),
        "BANYAN_DATABASE_URL": settings.database_url,
        "BANYAN_BUS_URL": gateway.bus_url,
        "BANYAN_SIGNING_KEY": signing.private_jwk(district.wire.signing_key).decode(),
        "BANYAN_HUB_KEY": signing.public_jwk(settings.hub_key).decode(),
        "BANYAN_BEACON_SECONDS": str(BEACON_SECONDS),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def start(district: District, gateway: Gateway, folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """The district's program, in a process of its own."""
    command: list[str | Path] = [Path(sys.executable).with_name("banyan-district"), *arguments]
    return servers.start(command, output=folder / f"{district.code}.log", env=environment_of(district, gateway, folder))


@contextmanager
def syncing(district: District, gateway: Gateway, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = start(district, gateway, folder, "sync")
    try:
        yield process
    finally:
        servers.stop(process)


@contextmanager
def hub_at_work(city: City, bus_url: str) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(city.hub, bus_url, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def serve_an_hour(district: District, number: str, *, day: int) -> None:
    began = MORNING + timedelta(days=day)
    district.certify_hours(number, started_at=began, ended_at=began + SHIFT)


def test_hours_arrive_and_ids_come_back_whoever_is_killed(
    on_files: City, gateway: Gateway, bus_url: str, tmp_path: Path
) -> None:
    futian, luohu = on_files.districts
    with hub_at_work(on_files, bus_url):
        with syncing(futian, gateway, tmp_path) as process, syncing(luohu, gateway, tmp_path):
            futian.register("FT1", name="张伟", **DOCUMENT)
            serve_an_hour(futian, "FT1", day=0)
            eventually(lambda: futian.volunteer_id("FT1"))
            process.kill()
            luohu.register("LH1", name="張偉", **DOCUMENT)
            serve_an_hour(futian, "FT1", day=1)
            gateway.kill()
            serve_an_hour(luohu, "LH1", day=2)
        gateway.start()
        with syncing(futian, gateway, tmp_path), syncing(luohu, gateway, tmp_path):
            serve_an_hour(futian, "FT1", day=3)
            on_files.settle()
    assert futian.volunteer_id("FT1") == luohu.volunteer_id("LH1")
    with on_files.hub.sessions() as session:
        city = totals.city(session)
    assert (city.people, city.registrations, city.hours.minutes) == (1, 2, 240)


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_what_no_bus_brought_is_fetched_from_the_hub_s_records(on_files: City, gateway: Gateway, tmp_path: Path) -> None:
    hub, futian = on_files.hub, on_files.districts[0]
    for number in ("FT1", "FT2", "FT3"):
        futian.register(number, name=number)
    with futian.sessions() as session:
        said = futian.participant.log.read(session, streams.up("futian"), epoch=1, after=0)
    assert said is not None
    with hub.sessions.begin() as session:
        hub.participant.inbox.receive(
            session,
            seal_batch(said, futian.wire.signing_key),
            receiver=streams.HUB,
            keys=hub.participant.keys,
            at=datetime.now(UTC),
        )
    for _ in range(2):
        assert start(futian, gateway, tmp_path, "catch-up").wait() == 0
        assert all(futian.volunteer_id(number) for number in ("FT1", "FT2", "FT3"))
