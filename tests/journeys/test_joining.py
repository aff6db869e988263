"""Does a district get from an invitation to hours in the city, and what becomes of it when something goes wrong?"""

import dataclasses
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.directory.standing import standings
from federation.ledger import totals
from sync.joining.invitation import read_invitation, write_invitation
from tenants.sso.models import RelyingParty
from tests.support import rabbitmq, servers
from tests.support.joining import Machine, answering, hub_machine, syncing
from tests.support.servers import free_port
from tests.support.waiting import eventually

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INVITE = ("invite", "nanshan", "--name", "南山区", "--region", "440305")


@pytest.fixture
def hub(tmp_path: Path, embedded_url: str) -> Iterator[Machine]:
    """A hub that answers at its public address, with a bus without accounts."""
    machine = hub_machine(tmp_path / "hub", bus_url=embedded_url, district_bus_url=embedded_url)
    with answering(machine):
        yield machine


@pytest.fixture
def district(tmp_path: Path) -> Machine:
    """The machine of a district that has nothing yet."""
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine("banyan-district", folder)


def invited(hub: Machine) -> str:
    """The line that the hub's operator hands over."""
    return hub.done(*INVITE).strip()


def settings_of(district: Machine) -> dict[str, bytes]:
    """Everything that joining left on the district's machine."""
    return {str(path.relative_to(district.folder)): path.read_bytes() for path in district.folder.rglob("*") if path.is_file()}


def walk_the_whole_way(hub: Machine, district: Machine) -> None:
    """Invitation, settings, first start, hours, suspension, and on again."""
    said = district.done("join", invited(hub))
    assert "banyan-district setup" in said
    district.read_environment(district.folder / "nanshan" / "banyan.env")
    district.done("settings", "check")
    district.done("setup")
    with syncing(hub, district) as (hub_side, nanshan):

        def minutes_at_hub() -> int:
            with hub_side.sessions() as session:
                return totals.city(session).hours.minutes

        def as_the_district_sees_it() -> tuple[str, str | None]:
            seen = json.loads(district.done("status", "--json"))
            return seen["membership"], seen["membership_reason"]

        nanshan.register("NS1", name="张伟")
        nanshan.certify_hours("NS1", started_at=MORNING, ended_at=MORNING + timedelta(hours=2))
        eventually(minutes_at_hub, until=lambda minutes: minutes == 120)
        eventually(lambda: nanshan.volunteer_id("NS1"))

        hub.done("district", "suspend", "nanshan", "--reason", "an audit")
        eventually(as_the_district_sees_it, until=lambda seen: seen == ("suspended", "an audit"))
        nanshan.certify_hours("NS1", started_at=MORNING + timedelta(days=1), ended_at=MORNING + timedelta(days=1, hours=1))
        eventually(lambda: json.loads(hub.done("status", "--json"))["districts"][0]["quarantined"])
        assert minutes_at_hub() == 120
        assert "an audit" in hub.done("district", "list")

        hub.done("district", "resume", "nanshan", "--reason", "all is well")
        eventually(minutes_at_hub, until=lambda minutes: minutes == 180)
        eventually(as_the_district_sees_it, until=lambda seen: seen == ("active", "all is well"))

        def everything_arrived() -> bool:
            with hub_side.sessions() as session:
                return all(standing.equal for standing in standings(session, at=datetime.now(UTC)))

        eventually(everything_arrived)
        hub.done("district", "leave", "nanshan", "--reason", "merged", "--yes")
        eventually(as_the_district_sees_it, until=lambda seen: seen == ("left", "merged"))
        assert minutes_at_hub() == 180


def test_the_whole_way_on_one_machine(hub: Machine, district: Machine) -> None:
    walk_the_whole_way(hub, district)


def test_the_whole_way_on_a_broker_with_accounts(tmp_path: Path, district: Machine) -> None:
    try:
        with rabbitmq.running(managed=True) as broker:
            hub = hub_machine(
                tmp_path / "hub", bus_url=broker.url, district_bus_url=broker.address, broker_url=broker.management_url
            )
            with answering(hub):
                walk_the_whole_way(hub, district)
            assert "banyan.district.nanshan:" in district_bus_url(district)
    except servers.Missing as missing:
        servers.leave_out(str(missing))


def test_the_whole_way_where_a_firewall_knows_only_https(tmp_path: Path, district: Machine, embedded_url: str) -> None:
    hub = hub_machine(tmp_path / "hub", bus_url=embedded_url, district_bus_url=embedded_url)
    with answering(hub, as_bus=True) as address:
        walk_the_whole_way(hub, district)
    assert district_bus_url(district) == f"{address}/api/v1/bus"


def district_bus_url(district: Machine) -> str:
    return Path(district.environment["BANYAN_BUS_URL_FILE"]).read_text()


def test_without_the_broker_s_management_the_hub_says_what_to_run(tmp_path: Path, district: Machine) -> None:
    address = "amqps://bus.example:5671//"
    hub = hub_machine(tmp_path / "hub", bus_url=address.replace("//bus", "//hub:secret@bus"), district_bus_url=address)
    with answering(hub):
        result = hub.run(*INVITE)
        assert "rabbitmqctl import_definitions" in result.stderr
        definitions = json.loads(hub.done("broker", "definitions"))
        district.done("join", result.stdout.strip())
    district.read_environment(district.folder / "nanshan" / "banyan.env")
    assert [user["name"] for user in definitions["users"]] == ["banyan.district.nanshan"]
    password = district_bus_url(district).partition("nanshan:")[2].partition("@")[0]
    assert len(password) > 30
    assert password not in json.dumps(definitions)
    assert "BANYAN_BROKER_URL" in hub.refused("broker", "declare")


def test_what_is_written_is_for_its_owner_alone(hub: Machine, district: Machine) -> None:
    district.done("join", "-", told=invited(hub))
    folder = district.folder / "nanshan"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_district_s_own_database_and_folder_are_kept(hub: Machine, district: Machine) -> None:
    district.environment["BANYAN_DATABASE_URL"] = "postgresql+psycopg://banyan@db.example/banyan"
    district.done("join", invited(hub), "--folder", "etc/banyan")
    folder = district.folder / "etc" / "banyan"
    assert (folder / "database-url").read_text() == "postgresql+psycopg://banyan@db.example/banyan"
    assert [path.name for path in (district.folder / "etc").iterdir()] == ["banyan"]


def test_nothing_that_is_there_is_overwritten(hub: Machine, district: Machine) -> None:
    line = invited(hub)
    (district.folder / "nanshan").mkdir()
    (district.folder / "nanshan" / "notes").write_text("mine")
    assert "nothing in it is overwritten" in district.refused("join", line)
    assert settings_of(district) == {"nanshan/notes": b"mine"}
    # Nothing was said to the hub either: the line still counts.
    district.done("join", line, "--folder", "new")
    before = settings_of(district)
    assert "nothing in it is overwritten" in district.refused("join", line, "--folder", "new")
    assert settings_of(district) == before


def test_a_join_that_was_interrupted_is_simply_repeated(
    hub: Machine, district: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = invited(hub)

    def cut_short(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tenants.joining.writing.SettingsFolder.write", cut_short)
        assert district.run("join", line).exit_code != 0
    assert not (district.folder / "nanshan").exists()
    assert "nanshan" in hub.done("district", "list")
    district.done("join", line)
    district.read_environment(district.folder / "nanshan" / "banyan.env")
    district.done("settings", "check")
    assert [path.name for path in district.folder.iterdir()] == ["nanshan"]


def test_a_line_that_was_used_lets_no_second_machine_in(hub: Machine, district: Machine, tmp_path: Path) -> None:
    line = invited(hub)
    district.done("join", line)
    (tmp_path / "thief").mkdir()
    thief = Machine("banyan-district", tmp_path / "thief")
    assert "used with another key" in thief.refused("join", line)
    assert not (thief.folder / "nanshan").exists()


def test_a_line_that_was_withdrawn_lets_nobody_in(hub: Machine, district: Machine) -> None:
    line = invited(hub)
    assert "nanshan" in hub.done("invitations", "list")
    hub.done("invitations", "withdraw", "nanshan")
    assert "nanshan" not in hub.done("invitations", "list")
    assert "was withdrawn" in district.refused("join", line)
    assert "No invitation of nanshan" in hub.refused("invitations", "withdraw", "nanshan")
    # A new one counts again, and the key that was made stays.
    district.done("join", invited(hub))


def test_another_hub_at_the_address_is_not_believed(hub: Machine, district: Machine, tmp_path: Path, embedded_url: str) -> None:
    line = invited(hub)
    impostor = hub_machine(tmp_path / "impostor", bus_url=embedded_url, district_bus_url=embedded_url)
    with answering(impostor) as address:
        its_own = read_invitation(invited(impostor))
        lured = dataclasses.replace(its_own, hub_key_id=read_invitation(line).hub_key_id)
        assert "another hub" in district.refused("join", write_invitation(lured))
        moved = dataclasses.replace(read_invitation(line), hub_url=address)
        assert "another hub" in district.refused("join", write_invitation(moved))
    assert not (district.folder / "nanshan").exists()


def test_a_hub_that_is_away_changes_nothing(hub: Machine, district: Machine) -> None:
    there = read_invitation(invited(hub))
    away = dataclasses.replace(there, hub_url=f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in district.refused("join", write_invitation(away))
    assert not (district.folder / "nanshan").exists()
    district.done("join", write_invitation(there))


@pytest.mark.parametrize("address", ["http://hub.example", "ftp://hub.example", "hub.example"])
def test_secrets_go_to_no_address_that_anybody_can_listen_to(hub: Machine, district: Machine, address: str) -> None:
    there = read_invitation(invited(hub))
    assert "https:// only" in district.refused("join", write_invitation(dataclasses.replace(there, hub_url=address)))


@pytest.mark.parametrize("line", ["", "nonsense", "banyan-invitation-1.", "banyan-invitation-1.!!!!"])
def test_what_is_no_invitation_is_refused(district: Machine, line: str) -> None:
    assert "nvitation" in district.refused("join", line)
    assert settings_of(district) == {}


def test_a_district_that_says_where_its_pages_are_can_sign_people_in(hub: Machine, district: Machine) -> None:
    district.done("join", "--public-url", "https://nanshan.example", invited(hub))
    district.read_environment(district.folder / "nanshan" / "banyan.env")
    district.done("setup")
    with syncing(hub, district) as (_, nanshan):

        def issuer() -> str | None:
            with nanshan.sessions() as session:
                return session.get_one(RelyingParty, "nanshan").issuer

        assert eventually(issuer) == hub.environment["BANYAN_PUBLIC_URL"]
    assert "district:nanshan" in district.done("sign-in", "set-up")
    assert "district:nanshan" in hub.done("client", "list")
