"""Faults 1 to 7: what becomes of everybody's hours when a program is killed at the worst moment?"""

import signal
import subprocess

import pytest

from sync import streams
from sync.mailbox.log import Head
from sync.messages import message
from sync.running import heartbeat
from tests.faults.checker import come_right
from tests.faults.wire import finish
from tests.support import servers
from tests.support.mortal import Point
from tests.support.parties import DEADLY, City
from tests.support.registers import hour, volunteer, write_csv
from tests.support.town import Town
from tests.support.waiting import eventually

RECEIVED = "received_batch"


def was_killed(process: "subprocess.Popen[bytes]") -> bool:
    """Waits for the end of a process that is to be killed."""
    return eventually(process.poll, until=lambda code: code is not None, within=60) == -signal.SIGKILL


def head(town: Town) -> Head:
    """How far the district's word to the hub reaches."""
    futian = town.district("futian")
    with futian.sessions() as session:
        [found] = futian.participant.log.heads(session)
    return found


def killed_and_started_again(town: Town, party: str, point: Point, subject: str) -> None:
    """Everybody serves and hears while `party` dies at that point, and is started again by its operator."""
    town.serve("futian", "FT1")
    town.serve("luohu", "LH1", minutes=45)
    others = {streams.HUB, "futian", "luohu"} - {party}
    with town.taking_part(*others):
        assert was_killed(town.start(party, dying=(point, subject)))
        town.serve("futian", "FT2", minutes=90)
        process = town.start(party)
        try:
            come_right(town.database_urls)
        finally:
            servers.stop(process)
    assert process.returncode == 0


def test_1_a_district_killed_before_its_commit_has_said_nothing(town: Town) -> None:
    home = town.machines["futian"]
    for kind, lines in {"volunteers": [volunteer("FT1")], "hours": [hour("H1", volunteer_no="FT1")]}.items():
        file = write_csv(home.folder / f"{kind}.csv", lines)
        said = head(town)
        assert was_killed(town.start("futian", "import", kind, str(file), dying=(Point.BEFORE_COMMIT, "written_batch")))
        assert head(town) == said
        home.done("import", kind, str(file))
    assert town.district("futian").totals().certified_minutes == 60
    with town.taking_part(streams.HUB, "futian", "luohu"):
        come_right(town.database_urls)


def test_2_a_district_killed_after_its_commit_and_before_publication(town: Town) -> None:
    killed_and_started_again(town, "futian", Point.BEFORE_PUBLICATION, message.BATCH)


@pytest.mark.long
def test_3_a_relay_killed_after_publication_and_before_it_is_confirmed(town: Town) -> None:
    killed_and_started_again(town, "futian", Point.AFTER_PUBLICATION, message.BATCH)


@pytest.mark.long
def test_4_a_hub_killed_after_receipt_and_before_its_commit(town: Town) -> None:
    killed_and_started_again(town, streams.HUB, Point.BEFORE_COMMIT, RECEIVED)


@pytest.mark.long
def test_5_a_hub_killed_after_its_commit_and_before_the_acknowledgement(town: Town) -> None:
    killed_and_started_again(town, streams.HUB, Point.AFTER_COMMIT, RECEIVED)


@pytest.mark.long
def test_6_a_hub_killed_before_its_position_reached_the_district(town: Town) -> None:
    killed_and_started_again(town, streams.HUB, Point.AFTER_ACKNOWLEDGEMENT, RECEIVED)


def test_7_a_district_killed_between_what_it_was_told_and_the_acknowledgement(town: Town) -> None:
    killed_and_started_again(town, "futian", Point.AFTER_COMMIT, RECEIVED)


def test_4_a_hub_killed_before_its_commit_has_applied_nothing_and_then_all(city: City) -> None:
    """On RabbitMQ the message comes again; on the embedded bus it is lost, and the hub asks for it when it starts."""
    city.hub.refuse_poison(refuse=True)
    city.districts["luohu"].announce(4)
    city.districts["futian"].announce(5, activity=DEADLY)
    with city.running("futian", "luohu"):
        hub = city.start(streams.HUB)
        assert eventually(hub.poll, until=lambda code: code is not None) == -signal.SIGKILL
        assert not [code for code, _, _ in city.hub.applied() if code == "futian"]
        city.hub.refuse_poison(refuse=False)
        hub = city.start(streams.HUB)
        try:
            finish(city)
        finally:
            servers.stop(hub)
    assert hub.returncode == 0


@pytest.mark.long
def test_2_a_district_killed_over_and_over_while_it_sends_goes_on_where_it_was(city: City) -> None:
    futian = city.districts["futian"]
    with city.running(streams.HUB, "luohu"):
        for turn in range(3):
            process = city.start("futian")
            futian.announce(2_000, first=turn * 2_000)
            eventually(lambda: city.hub.cursor(futian.head().stream)[1], until=lambda place: place > turn * 2_000)  # noqa: B023
            process.kill()
            process.wait()
            futian.announce(10, first=90_000 + 10 * turn)
        process = city.start("futian")
        try:
            finish(city)
        finally:
            servers.stop(process)
    assert process.returncode == 0


def test_a_process_at_work_shows_it(city: City) -> None:
    beat = city.folder / "futian.beat"
    process = city.start("futian")
    try:
        eventually(lambda: heartbeat.is_fresh(beat))
        first = beat.stat().st_mtime_ns
        eventually(lambda: beat.stat().st_mtime_ns > first)
    finally:
        servers.stop(process)
    assert not heartbeat.is_fresh(beat, within_seconds=0)
    assert not heartbeat.is_fresh(city.folder / "nobody.beat")
