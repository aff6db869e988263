"""How does the operator manage the accounts of the hub's stewards?"""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from federation.accounts.models import Account, Role
from federation.accounts.signing_in import begin, finish
from federation.accounts.visits import Visit
from federation.cli import main
from federation.errors import SignInRefused
from tests.hub.peers import Hub

PASSWORD = "correct horse battery"

pytestmark = [pytest.mark.usefixtures("hub"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["steward", *arguments], input=typed)


def opened(hub: Hub, password: str, username: str = "li.na") -> Account:
    """The account that the password opens, with its role."""
    with hub.sessions.begin() as session:
        attempt = begin(session, username, visit=Visit("192.0.2.1"), settings=hub.settings, at=datetime.now(UTC))
        account = finish(session, attempt, attempt.check(password))
        assert account.role
        session.expunge_all()
        return account


def test_a_new_steward_signs_in_with_what_was_printed_and_has_to_change_it(hub: Hub) -> None:
    printed = run("add", "li.na", "--name", "李娜")
    assert printed.exit_code == 0, printed.output
    password = printed.stdout.strip()
    account = opened(hub, password)
    assert (account.must_change_password, account.role) == (True, Role.STEWARD)


def test_a_password_of_one_s_own_is_not_printed_and_need_not_be_changed(hub: Hub) -> None:
    typed = f"{PASSWORD}\n"
    for arguments, given in ((("--password-stdin",), typed), (("--type-password",), typed * 2)):
        name = f"li{len(given)}"
        done = run("add", name, "--name", "李娜", "--role", "lead", *arguments, typed=given)
        assert done.exit_code == 0, done.output
        assert PASSWORD not in done.output
        account = opened(hub, PASSWORD, name)
        assert (account.must_change_password, account.role) == (False, Role.LEAD)


def test_an_account_gets_another_password_another_role_and_is_disabled_and_enabled(hub: Hub) -> None:
    run("add", "li.na", "--name", "李娜", "--password-stdin", typed=f"{PASSWORD}\n")
    password = run("password", "li.na").stdout.strip()
    assert run("role", "li.na", "lead").exit_code == 0
    assert opened(hub, password).role is Role.LEAD
    assert "steward enable li.na" in run("disable", "li.na").output
    assert "no" in run("list").output.split()
    with pytest.raises(SignInRefused):
        opened(hub, password)
    assert run("enable", "li.na").exit_code == 0
    assert opened(hub, password)


def test_a_disabled_account_gets_no_other_role() -> None:
    run("add", "li.na", "--name", "李娜")
    run("disable", "li.na")
    refused = run("role", "li.na", "lead")
    assert type(refused.exception) is SystemExit
    assert "The account li.na is disabled: nobody can sign in with it." in refused.output


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("add", "li.na", "--name", "李娜", "--password-stdin"), "short\n", "at least 10 characters"),
        (("add", "Li", "--name", "李娜"), "", "small letters"),
        (("disable", "nobody"), "", "no steward called nobody"),
        (("add", "li.na", "--name", "李娜", "--password-stdin", "--type-password"), "", "exclude each other"),
    ],
)
def test_what_is_refused_is_said(arguments: tuple[str, ...], typed: str, says: str) -> None:
    result = run(*arguments, typed=typed)
    assert type(result.exception) is SystemExit
    assert says in " ".join(result.output.replace("│", " ").split())
