"""Do the commands of the run-books for incidents do what is said of them, at a hub that runs?"""

import httpx
import pytest
from click.testing import CliRunner

from federation.accounts.models import Account
from federation.cli import main
from tests.support.listening import listening, telling
from tests.support.people import PASSWORD
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of, request_id_of
from tests.support.waiting import eventually


def told(*arguments: str, typed: str = "") -> str:
    result = CliRunner(env={"COLUMNS": "250"}).invoke(main, arguments, input=typed)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str, typed: str = "") -> str:
    result = CliRunner(env={"COLUMNS": "250"}).invoke(main, arguments, input=typed)
    assert result.exit_code == 1, result.output
    return result.output


def username_of(provider: RunningProvider, person: Person) -> str:
    [name] = [str(row.username) for row in provider.rows(Account) if str(row.id) == person.account_id]
    return name


def is_signed_in(person: Person) -> bool:
    return person.get("/account/").status_code == 200


@pytest.mark.parametrize("command", ["sign-out", "disable"])
def test_an_account_in_strange_hands_is_signed_out_here_and_at_clients(
    provider: RunningProvider, person: Person, command: str
) -> None:
    with listening() as listener, telling(provider):
        client = provider.add_client(f"app:at-{command}", backchannel_logout_uri=listener.address)
        token, name = client.tokens(person)["access_token"], username_of(provider, person)
        assert "203.0.113.7" in told("account", "sessions", name)
        told("account", command, name)
        assert eventually(lambda: listener.heard, within=5)
    assert not client.is_active(token)
    assert not is_signed_in(person)
    assert "203.0.113.7" not in told("account", "sessions", name)


def test_a_disabled_account_opens_again_with_the_password_that_the_operator_gives_it(
    provider: RunningProvider, person: Person
) -> None:
    name, stranger = username_of(provider, person), provider.visitor()
    told("account", "password", name, "--password-stdin", typed=PASSWORD)
    told("account", "disable", name)
    assert not is_signed_in(person)
    assert sign_in(stranger, name).status_code == 401
    told("account", "enable", name)
    assert sign_in(stranger, name).status_code == 303
    assert is_signed_in(stranger)


def sign_in(somebody: Person, name: str) -> httpx.Response:
    return somebody.send_form(somebody.get("/sign-in"), username=name, password=PASSWORD)


def test_everybody_comes_to_a_client_anew_that_was_in_strange_hands(provider: RunningProvider, person: Person) -> None:
    client, other = provider.add_client("app:leaky"), provider.add_client("app:other")
    old, kept = (one.tokens(person)["access_token"] for one in (client, other))
    refused("client", "sign-out", "app:leaky", typed="n\n")
    assert client.is_active(old)
    assert "1 sign-ins at app:leaky are ended." in told("client", "sign-out", "app:leaky", "--yes")
    assert not client.is_active(old)
    assert other.is_active(kept)
    assert "code" in answer_of(client.authorize(person))


def test_a_client_that_is_closed_serves_nobody_until_it_is_opened_with_another_secret(
    provider: RunningProvider, person: Person
) -> None:
    client = provider.add_client("app:closed")
    token = client.tokens(person)["access_token"]
    told("client", "disable", "app:closed")
    assert client.userinfo(token).status_code == 401
    assert client.authorize(person).status_code == 400
    added = told("client", "add", "app:closed", "--name", "图书馆", "--redirect", client.redirect_uri, "--first-party")
    told("client", "enable", "app:closed")
    assert client.redeem(client.code(person)).status_code == 401
    client.secret = added.strip().splitlines()[-1]
    assert client.redeem(client.code(person)).status_code == 200


def test_the_operator_sees_what_happened_to_an_account_and_at_a_client(provider: RunningProvider, person: Person) -> None:
    client, name = provider.add_client("app:seen"), username_of(provider, person)
    client.tokens(person)
    told("account", "sign-out", name)
    of_account, of_client = told("security-log", "--username", name), told("security-log", "--client", "app:seen")
    assert "session_ended" in of_account
    assert ("district_entered" in of_account, "district_entered" in of_client) == (True, True)
    assert "session_ended" not in of_client
    assert "district_entered" not in told("security-log", "--username", name, "--kind", "session_ended")


@pytest.mark.usefixtures("provider")
def test_an_account_that_is_not_there_is_named_as_such() -> None:
    assert "There is no such account." in refused("account", "sign-out", "nobody.at.all")


def test_whoever_was_signed_out_shows_again_who_they_are(
    provider: RunningProvider, person: Person, client: RelyingParty
) -> None:
    told("account", "sign-out", username_of(provider, person))
    assert request_id_of(client.authorize(person))
