"""How does the operator say who does something in which district?"""

import pytest
from click.testing import CliRunner, Result

from federation.accounts.models import Account, AccountSession, DistrictRole, SecurityEvent
from federation.cli import main
from tests.hub.peers import Hub
from tests.support.stewards import appoint, equip

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, list(arguments), input="a long enough password\n")


def roles(hub: Hub) -> list[tuple[str, str]]:
    return [(role.district, role.role.value) for role in hub.rows(DistrictRole)]


def test_somebody_is_appointed_and_dismissed(hub: Hub) -> None:
    hub.enrol("futian", "luohu")
    assert run("staff", "add", "li.na", "--name", "李娜", "--password-stdin").exit_code == 0
    assert run("staff", "appoint", "li.na", "--district", "futian").exit_code == 0
    assert run("staff", "appoint", "li.na", "--district", "luohu", "--role", "viewer").exit_code == 0
    assert run("staff", "appoint", "li.na", "--district", "futian", "--role", "administrator").exit_code == 0
    assert roles(hub) == [("futian", "administrator"), ("luohu", "viewer")]
    listed = run("staff", "list").output
    assert "李娜" in listed
    assert "administrator" in listed
    assert run("staff", "dismiss", "li.na", "--district", "luohu").exit_code == 0
    assert roles(hub) == [("futian", "administrator")]
    assert [event.kind.value for event in hub.rows(SecurityEvent)] == ["role_given"] * 3 + ["role_taken"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("appoint", "li.na", "--district", "nowhere"), "There is no district nowhere."),
        (("appoint", "nobody", "--district", "futian"), "There is no account called nobody."),
        (("dismiss", "li.na", "--district", "futian"), "li.na does nothing at futian."),
        (("second-factor", "nobody"), "There is no account called nobody."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(hub: Hub, arguments: tuple[str, ...], said: str) -> None:
    hub.enrol("futian")
    run("staff", "add", "li.na", "--name", "李娜", "--password-stdin")
    refused = run("staff", *arguments)
    assert refused.exit_code != 0
    assert said in refused.output


@pytest.mark.parametrize("group", ["staff", "steward"])
def test_a_second_factor_that_was_lost_is_forgotten(hub: Hub, group: str) -> None:
    with hub.sessions.begin() as session:
        equip(session, appoint(session), hub.settings)
    assert run(group, "second-factor", "chen").exit_code == 0
    [chen] = hub.rows(Account)
    assert not chen.has_second_factor
    assert all(one.ended_at for one in hub.rows(AccountSession))
    assert [event.kind.value for event in hub.rows(SecurityEvent)] == ["role_given", "factor_removed"]
