"""Does a district come to sign with another key while hours flow, whatever is killed or put back meanwhile?"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from federation.directory import keeping_keys
from federation.directory.models import DistrictKey
from federation.directory.standing import standings
from federation.ledger import totals
from federation.mailbox import QuarantinedMessage
from sync.messages import signing
from sync.testing import BadWeather
from tenants.errors import StateForbids
from tenants.joining.rotating import rotate
from tests.journeys.test_restoring import backup_of, serve
from tests.support.city import City, District, Storm
from tests.support.joining import Machine, answering, hub_machine, syncing
from tests.support.waiting import eventually

ROUNDS = 30


@pytest.fixture
def futian(on_files: City, tmp_path: Path) -> District:
    """A district whose key is in a file."""
    district = on_files.districts[0]
    file = tmp_path / "keys" / "signing-key.jwk"
    file.parent.mkdir()
    file.write_bytes(signing.private_jwk(district.wire.signing_key))
    take_key(district, file)
    return district


def take_key(district: District, file: Path) -> None:
    """What a start of the program reads."""
    key = signing.read_key(file.read_bytes())
    district.wire = dataclasses.replace(district.wire, signing_key=key, signing_key_file=file)
    district.settings = dataclasses.replace(district.settings, wire=district.wire)


def start_again(city: City) -> Storm:
    """Everybody's programs, started anew on a bus that does what it should."""
    for district in city.districts:
        if district.wire.signing_key_file:
            take_key(district, district.wire.signing_key_file)
    return city.storm(BadWeather())


def begin(district: District) -> str:
    """The operator's word; gives the ID of the key that shall follow."""
    with district.sessions.begin() as session:
        return rotate(session, district.settings, at=datetime.now(UTC)).key_id


def key_in_use(district: District) -> str:
    assert district.wire.signing_key_file is not None
    return signing.read_key(district.wire.signing_key_file.read_bytes()).thumbprint()


def counting(city: City, district: District) -> set[str]:
    """The keys of the district whose end is not set."""
    with city.hub.sessions() as session:
        return {key.key_id for key in keeping_keys.keys_of(session, district.code) if key.not_after is None}


def withdraw_all_but(city: City, district: District, key_id: str) -> None:
    """What has an end ends now, as it will in a day."""
    with city.hub.sessions.begin() as session:
        for key in keeping_keys.keys_of(session, district.code):
            if key.key_id != key_id:
                keeping_keys.withdraw(session, district.code, key.key_id, reason="ended", by="test", at=datetime.now(UTC))


def refusals(city: City) -> list[str]:
    with city.hub.sessions() as session:
        return [message.code for message in session.query(QuarantinedMessage)]


def check(city: City, district: District, *, minutes: int) -> None:
    """Everything has arrived, and nothing was refused on the way."""
    assert city.in_step()
    assert refusals(city) == []
    with city.hub.sessions() as session:
        assert totals.city(session).hours.minutes == minutes == district.totals().certified_minutes


def test_the_key_is_exchanged_while_hours_flow(on_files: City, futian: District) -> None:
    storm = on_files.storm(BadWeather())
    before = key_in_use(futian)
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    following = begin(futian)
    for number in range(2, 8):
        serve(futian, f"FT{number}", day=number)
        storm.blow(3)
    storm.blow(ROUNDS)
    assert key_in_use(futian) == following != before
    assert counting(on_files, futian) == {following}
    withdraw_all_but(on_files, futian, following)
    serve(futian, "FT8", day=8)
    storm.blow(ROUNDS)
    check(on_files, futian, minutes=8 * 60)


@pytest.mark.parametrize("seed", range(3))
def test_a_bus_that_loses_doubles_and_reorders_changes_nothing(on_files: City, futian: District, seed: int) -> None:
    weather = BadWeather(seed=seed, lose=0.2, double=0.2, reorder=0.2)
    storm = on_files.storm(weather)
    following = begin(futian)
    for number in range(1, 5):
        serve(futian, f"FT{number}", day=number)
        storm.blow(5)
    storm.calm()
    storm.blow(2 * ROUNDS)
    assert counting(on_files, futian) == {following} == {key_in_use(futian)}
    check(on_files, futian, minutes=4 * 60)


def test_the_old_key_signs_until_the_hub_has_answered(on_files: City, futian: District) -> None:
    before = key_in_use(futian)
    begin(futian)
    with on_files.hub.sessions.begin() as session:
        # The hub cannot take the key: it is somebody else's by now.
        assert futian.wire.signing_key_file is not None
        taken = signing.read_key(Path(f"{futian.wire.signing_key_file}.next").read_bytes())
        keeping_keys.add(session, "luohu", taken, reason="a mix-up", by="test", at=datetime.now(UTC))
    storm = on_files.storm(BadWeather())
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    assert key_in_use(futian) == before
    with on_files.hub.sessions() as session:
        [standing] = [one for one in standings(session, at=datetime.now(UTC)) if one.district == "futian"]
        assert (standing.state, totals.city(session).hours.minutes) == ("parked", 60)


@pytest.mark.parametrize("rounds", [1, 2, 3, 5, 8, 12])
def test_a_program_that_was_killed_goes_on_after_its_start(on_files: City, futian: District, rounds: int) -> None:
    following = begin(futian)
    on_files.storm(BadWeather()).blow(rounds)
    serve(futian, "FT1", day=1)
    # What was on the bus is lost with it.
    start_again(on_files).blow(ROUNDS)
    assert counting(on_files, futian) == {following} == {key_in_use(futian)}
    check(on_files, futian, minutes=60)


def test_a_word_that_was_never_committed_is_said_by_the_next_start(on_files: City, futian: District) -> None:
    with futian.sessions() as session:
        following = rotate(session, futian.settings, at=datetime.now(UTC)).key_id
        session.rollback()
    start_again(on_files).blow(ROUNDS)
    assert counting(on_files, futian) == {following} == {key_in_use(futian)}


@pytest.mark.parametrize("rounds", [0, 6])
def test_a_database_from_before_the_rotation_goes_on_with_the_new_key(
    on_files: City, futian: District, tmp_path: Path, rounds: int
) -> None:
    serve(futian, "FT1", day=1)
    storm = on_files.storm(BadWeather())
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    following = begin(futian)
    storm.blow(rounds)
    serve(futian, "FT2", day=2)
    storm.blow(ROUNDS)
    backup.put_back()
    storm = start_again(on_files)
    storm.blow(2 * ROUNDS)
    withdraw_all_but(on_files, futian, following)
    serve(futian, "FT3", day=3)
    storm.blow(ROUNDS)
    assert counting(on_files, futian) == {following} == {key_in_use(futian)}
    check(on_files, futian, minutes=180)


def test_a_database_that_is_put_back_amid_the_rotation_goes_on_with_it(
    on_files: City, futian: District, tmp_path: Path
) -> None:
    storm = on_files.storm(BadWeather())
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    following = begin(futian)
    storm.blow(1)
    backup.put_back()
    start_again(on_files).blow(2 * ROUNDS)
    assert counting(on_files, futian) == {following} == {key_in_use(futian)}
    check(on_files, futian, minutes=60)


def test_a_key_that_was_put_back_from_an_old_copy_is_refused_and_both_sides_say_so(on_files: City, futian: District) -> None:
    file = futian.wire.signing_key_file
    assert file is not None
    copy, before = file.read_bytes(), key_in_use(futian)
    following = begin(futian)
    storm = on_files.storm(BadWeather())
    storm.blow(ROUNDS)
    withdraw_all_but(on_files, futian, following)
    storm.blow(ROUNDS)
    newest = file.read_bytes()
    file.write_bytes(copy)
    with capture_logs() as logs:
        start_again(on_files).blow(ROUNDS)
    assert [entry["key_id"] for entry in logs if entry["event"] == "signing_key_ended"] == [before]
    assert set(refusals(on_files)) == {"unknown_key"}
    with on_files.hub.sessions() as session:
        assert all(before in message.detail for message in session.query(QuarantinedMessage))
    file.write_bytes(newest)
    serve(futian, "FT1", day=1)
    start_again(on_files).blow(ROUNDS)
    assert on_files.in_step()


def test_a_district_that_lost_its_key_goes_on_with_another(on_files: City, futian: District) -> None:
    serve(futian, "FT1", day=1)
    on_files.storm(BadWeather()).blow(ROUNDS)
    file, lost = futian.wire.signing_key_file, key_in_use(futian)
    assert file is not None
    another = signing.generate_key()
    file.write_bytes(signing.private_jwk(another))
    with on_files.hub.sessions.begin() as session:
        keeping_keys.add(session, "futian", another, reason="the disk is gone", by="test", at=datetime.now(UTC))
    start_again(on_files).blow(ROUNDS)
    with on_files.hub.sessions() as session:
        assert session.get_one(DistrictKey, ("futian", lost)).not_after is not None
    assert counting(on_files, futian) == {another.thumbprint()}
    check(on_files, futian, minutes=60)


def test_there_is_one_rotation_at_a_time(on_files: City, futian: District) -> None:
    following = begin(futian)
    assert begin(futian) == following
    on_files.storm(BadWeather()).blow(ROUNDS)
    assert begin(futian) == following == key_in_use(futian)


def test_a_key_in_the_environment_is_not_exchanged(on_files: City) -> None:
    _, luohu = on_files.districts
    with luohu.sessions() as session, pytest.raises(StateForbids, match="BANYAN_SIGNING_KEY_FILE"):
        rotate(session, luohu.settings, at=datetime.now(UTC))


@contextmanager
def joined(tmp_path: Path, bus_url: str, *, as_bus: bool) -> Iterator[tuple[Machine, Machine]]:
    """A hub, and a district that has joined it and is set up."""
    hub = hub_machine(tmp_path / "hub", bus_url=bus_url, district_bus_url=bus_url)
    (tmp_path / "district").mkdir()
    district = Machine("banyan-district", tmp_path / "district")
    with answering(hub, as_bus=as_bus):
        line = hub.done("invite", "nanshan", "--name", "南山区", "--region", "440305").strip()
        district.done("join", line)
        district.read_environment(district.folder / "nanshan" / "banyan.env")
        district.done("setup")
        yield hub, district


@pytest.mark.parametrize("as_bus", [False, True], ids=["embedded", "https"])
def test_an_operator_rotates_the_key_of_a_district_at_work(tmp_path: Path, embedded_url: str, as_bus: bool) -> None:
    with joined(tmp_path, embedded_url, as_bus=as_bus) as (hub, district), syncing(hub, district) as (hub_side, nanshan):

        def arrived() -> int:
            with hub_side.sessions() as session:
                return totals.city(session).hours.minutes

        def exchanged() -> bool:
            return "after that there can be another" in district.done("keys", "rotate")

        def hour(day: int) -> None:
            began = datetime(2026, 3, 2, 1, 0, tzinfo=UTC) + timedelta(days=day)
            nanshan.certify_hours("NS1", started_at=began, ended_at=began + timedelta(hours=1))

        nanshan.register("NS1", name="张伟")
        hour(0)
        file = district.folder / "nanshan" / "signing-key.jwk"
        before = signing.read_key(file.read_bytes()).thumbprint()
        assert "the hub was told" in district.done("keys", "rotate")
        hour(1)
        eventually(exchanged)
        hour(2)
        eventually(arrived, until=lambda minutes: minutes == 180)
        eventually(lambda: before in hub.done("district", "key", "list", "nanshan"))
        hub.done("district", "key", "withdraw", "--reason", "as in a day", "--", "nanshan", before)
        hour(3)
        eventually(arrived, until=lambda minutes: minutes == 240)
        assert signing.read_key(file.read_bytes()).thumbprint() != before
        with hub_side.sessions() as session:
            assert session.query(QuarantinedMessage).count() == 0
