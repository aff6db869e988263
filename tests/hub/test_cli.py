"""What does the hub's operator get to see?"""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, update
from sqlalchemy.orm import sessionmaker

from federation.cli import main
from federation.identity.models import Link
from federation.intake import open_inbox
from federation.mailbox import StreamCursor
from federation.settings import Settings
from sync.databases import sqlite
from sync.messages.signing import public_jwk
from tests.hub.peers import District, Hub, Told, hours, registration

# Later than the commands that the tests run before.
NOW = datetime.now(UTC) + timedelta(hours=1)

pytestmark = [pytest.mark.usefixtures("settings"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def told(*arguments: str) -> str:
    """What a command printed that succeeded."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    """What a command printed that ended with exit code 1 and a sentence, not with a traceback."""
    result = run(*arguments)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    return " ".join(result.stderr.replace("│", " ").split())


@pytest.fixture
def futian(tmp_path: Path) -> District:
    """A district that was enrolled on the command line."""
    district = District("futian")
    key_file = tmp_path / "futian.pub"
    key_file.write_bytes(public_jwk(district.key))
    told("db", "upgrade")
    told("district", "add", "futian", "--name", "福田", "--region", "440304", "--key", str(key_file))
    return district


@pytest.fixture
def peer(settings: Settings) -> Iterator[Hub]:
    """The database that the commands work on, as the consumer sees it."""
    engine = create_engine(settings.database_url)
    sqlite.prepare(engine)
    yield Hub(settings, sessionmaker(engine), open_inbox(settings))
    engine.dispose()


def status() -> dict[str, object]:
    """What is said of the only district, after the city's sums."""
    city = json.loads(told("status", "--json"))
    [district] = city.pop("districts")
    return {**city, **district}


def test_a_database_is_created_once_and_checked() -> None:
    assert "db upgrade" in refused("db", "check")
    assert "Upgraded" in told("db", "upgrade")
    assert "Upgraded" not in told("db", "upgrade")
    assert told("db", "current").strip() in told("db", "check")


def test_a_command_before_the_tables_exist_says_what_to_do() -> None:
    assert "banyan-hub db upgrade" in refused("status")


def test_a_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "hub.jwk"
    public = json.loads(told("keys", "create", str(file)))
    assert "d" not in public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    assert "exists" in refused("keys", "create", str(file))
    assert file.read_bytes() == before
    assert json.loads(told("keys", "show", str(file))) == public


def test_a_district_is_enrolled_once_with_its_key(futian: District, tmp_path: Path) -> None:
    assert "福田" in told("district", "list")
    add = ("district", "add", "futian", "--name", "福田", "--region", "440304", "--key")
    (tmp_path / "again.pub").write_bytes(public_jwk(futian.key))
    told(*add, str(tmp_path / "again.pub"))
    (tmp_path / "other.pub").write_bytes(public_jwk(District("futian").key))
    assert "with another key" in refused(*add, str(tmp_path / "other.pub"))


def test_a_hub_that_cannot_hand_everything_out_invites_nobody() -> None:
    told("db", "upgrade")
    assert "BANYAN_TOKEN_KEY" in refused("invite", "nanshan", "--name", "南山", "--region", "440305")
    assert "nanshan" not in told("invitations", "list")


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    told("db", "upgrade")
    (tmp_path / "no.key").write_text("nothing")
    arguments = ("district", "add", "luohu", "--name", "罗湖", "--region", "440303", "--key", str(tmp_path / "no.key"))
    assert "no Ed25519 key" in refused(*arguments)


def test_status_shows_each_district(futian: District, peer: Hub) -> None:
    assert status()["equal"] is False
    peer.hears(futian.says(hours("e1", minutes=45), at=NOW), at=NOW)
    found = status()
    assert (found["state"], found["equal"], found["behind"], found["as_of"]) == ("equal", True, 0, NOW.isoformat())
    assert (found["registrations"], found["certified_minutes"]) == (0, 45)
    peer.hears(futian.lights_beacon(head=3, at=NOW), at=NOW)
    assert (status()["equal"], status()["behind"]) == (False, 2)
    assert "behind by 2" in told("status")


def test_status_calls_nobody_equal_who_is_silent(futian: District, peer: Hub) -> None:
    peer.hears(futian.says(hours("e1"), at=NOW), at=NOW)
    with peer.sessions.begin() as session:
        session.execute(update(StreamCursor).values(heard_at=NOW - timedelta(days=1)))
    assert (status()["equal"], status()["state"]) == (False, "silent")
    assert "silent" in told("status")


def test_status_of_one_district_shows_the_proof(futian: District, peer: Hub) -> None:
    peer.hears(futian.says(hours("e1", minutes=45), at=NOW), futian.says(hours("e2"), at=NOW)[:-1], at=NOW)
    assert "equal, 1 quarantined" in told("status")
    found = json.loads(told("status", "futian", "--json"))
    assert (found["standing"]["state"], found["said"]["sequence"], found["told"]["sequence"]) == ("equal", 1, 0)
    assert found["said_sums"]["kinds"] == [{"kind": "hours", "records": 1, "minutes": 45}]
    assert [message["code"] for message in found["refused"]] == ["bad_signature"]
    shown = told("status", "futian")
    assert all(words in shown for words in (found["said_sums"]["root"], "1 records, 45 minutes", "bad_signature"))
    assert "No district has the code luohu" in refused("status", "luohu")


def test_the_districts_that_need_a_person_stand_first(futian: District, peer: Hub) -> None:
    peer.enrol("bao")
    peer.hears(futian.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), at=NOW)
    assert [one["district"] for one in json.loads(told("status", "--json"))["districts"]] == ["futian", "bao"]


def test_records_are_compared_and_sent_again_by_command(futian: District, peer: Hub) -> None:
    peer.hears(futian.says(hours("e1"), at=NOW), at=NOW)
    assert "records are compared" in told("compare", "futian")
    found = json.loads(told("status", "futian", "--json"))
    assert (found["said"]["wish"], found["told"]["step"]["type"]) == ("compare", "Comparing")
    assert "on its way again" in told("replay", "futian")
    assert json.loads(told("status", "futian", "--json"))["told"]["rewinds"] == 1
    assert "No district luohu takes part" in refused("compare", "luohu")


def test_parked_events_are_listed_and_retried(futian: District, peer: Hub) -> None:
    peer.hears(futian.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), at=NOW)
    assert "futian/up" in told("parked", "list")
    assert "0 parked events went through" in told("parked", "retry", "futian")
    assert "No district luohu takes part" in refused("parked", "retry", "luohu")


def test_missing_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "HUB_TOKEN_KEY"):
        monkeypatch.delenv(f"BANYAN_{name}")
    monkeypatch.setenv("BANYAN_PROVINCE", "Guangdong")
    printed = refused("settings", "check")
    for name in ("BANYAN_SECRET_KEY", "BANYAN_HUB_TOKEN_KEY", "BANYAN_PROVINCE"):
        assert name in printed


@pytest.mark.parametrize(
    ("name", "value"),
    [("PUBLIC_URL", "http://hub.example"), ("DISTRICT_BUS_URL", "amqps://guest:guest@bus.example"), ("TOKEN_KEY", "short")],
)
def test_what_would_give_secrets_away_to_districts_that_join_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BANYAN_{name}", value)
    printed = refused("settings", "check")
    assert f"BANYAN_{name}: not a valid value" in printed
    assert value not in printed


def test_an_empty_secret_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_SECRET_KEY", "")
    assert "BANYAN_SECRET_KEY" in refused("settings", "check")


def test_the_public_half_is_no_key_to_sign_with(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("BANYAN_SIGNING_KEY", public_jwk(settings.wire.signing_key).decode())
    assert "BANYAN_SIGNING_KEY: not a valid value. It must be: A private Ed25519 key" in refused("settings", "check")


def test_a_secret_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_OPERATOR_TOKEN", "letmein")
    monkeypatch.setenv("BANYAN_METRICS_TOKEN", "x" * 31)
    monkeypatch.setenv("BANYAN_METRICS_BIND", "everywhere")
    printed = refused("settings", "check")
    for name in ("BANYAN_OPERATOR_TOKEN: not a valid value", "BANYAN_METRICS_TOKEN: not a valid value", "BANYAN_METRICS_BIND"):
        assert name in printed
    assert "letmein" not in printed


def test_where_counters_are_shown_is_an_address_and_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_METRICS_BIND", "[::1]:9464")
    assert "::1, 9464" in told("settings", "check")


def test_settings_are_printed_and_of_a_secret_only_whether_it_is_set(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("BANYAN_MAIL_URL", "smtps://hub:letmein@mail.example/?from=hub@example.org")
    monkeypatch.delenv("BANYAN_OPERATOR_TOKEN", raising=False)
    printed = told("settings", "check")
    rows = dict([cell.strip() for cell in line.split("│")[1:3]] for line in printed.splitlines() if line.startswith("│"))
    assert (rows["province"], rows["mail: host"]) == (settings.province, "mail.example")
    assert (rows["secret key"], rows["mail: password"], rows["operator token"]) == ("(set)", "(set)", "-")
    assert settings.secret_key not in printed
    assert "letmein" not in printed


def test_the_help_says_how_to_begin() -> None:
    printed = told("--help")
    for command in ("db upgrade", "invite", "web", "sync"):
        assert command in printed


def test_a_volunteer_s_hours_are_shown_by_registration(futian: District, peer: Hub) -> None:
    peer.hears(futian.says(registration("r1"), hours("e1", minutes=90), hours("e2", minutes=30)), at=NOW)
    [volunteer_id] = [link.volunteer_id for link in peer.rows(Link)]
    in_groups = (volunteer_id[:2], volunteer_id[2:6], volunteer_id[6:])
    shown = told("volunteer", *in_groups)
    assert all(words in shown for words in ("futian", "r1", "120 minutes"))
    answer = json.loads(told("volunteer", volunteer_id, "--json"))
    assert (answer["minutes"], answer["registrations"][0]["hours"]) == (120, {"entries": 2, "minutes": 120})
    assert "Nobody has the volunteer ID 44000000000000." in refused("volunteer", "44000000000000")
