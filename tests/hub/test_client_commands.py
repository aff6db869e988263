"""Can the operator let programs send people to the hub, and exchange the keys by which sign-ins are signed?"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from joserfc.jwk import ECKey
from sqlalchemy import update

from federation.cli import main
from federation.clients.models import Authentication, Client
from federation.settings import Settings
from federation.sso.keys.models import KeyState, SigningKey
from tests.hub.peers import Hub

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIBRARY = ("client", "add", "app:library", "--name", "图书馆", "--redirect", "https://library.example/callback")


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "250"}).invoke(main, arguments)


def told(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    return " ".join(result.stderr.replace("│", " ").split())


def test_a_program_gets_a_secret_once_and_another_when_it_is_added_again(hub: Hub) -> None:
    first, second = told(*LIBRARY).strip(), told(*LIBRARY, "--scopes", "openid profile email").strip()
    assert len(first) == len(second) == 43
    [client] = hub.rows(Client)
    assert not client.has_secret(first)
    assert client.has_secret(second)
    assert (client.first_party, client.pkce_required, client.scopes) == (False, True, "openid profile email")
    assert first not in told("client", "list")


def test_a_program_with_keys_of_its_own_gets_no_secret(hub: Hub, tmp_path: Path) -> None:
    key, file = ECKey.generate_key("P-256"), tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=True)]}))
    assert told(*LIBRARY, "--keys", str(file)) == ""
    [client] = hub.rows(Client)
    assert client.authentication is Authentication.PRIVATE_KEY_JWT
    assert "d" not in client.jwks["keys"][0]
    file.write_text("[]")
    assert "JSON Web Key Set" in refused(*LIBRARY, "--keys", str(file))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--redirect", "http://library.example/callback"), "https://"),
        (("--signed-out", "https://library.example/#x"), "no address"),
        (("--back-channel", "ftp://library.example"), "https://"),
        (("--scopes", "profile"), "openid"),
        (("--without-pkce",), "BANYAN_TEST_CLIENTS"),
    ],
)
@pytest.mark.usefixtures("hub")
def test_what_would_be_unsafe_is_refused(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused(*LIBRARY, *arguments)


@pytest.mark.usefixtures("hub")
def test_an_id_that_could_be_a_person_s_is_refused() -> None:
    for client_id in ("library", "01a2245f-57f7-7738-8040-4f9617296477", "app:", ":x", "app:bücher"):
        assert "no id of a client" in refused("client", "add", client_id, *LIBRARY[3:])


def test_a_program_is_closed_and_opened(hub: Hub) -> None:
    told(*LIBRARY)
    told("client", "disable", "app:library")
    assert "disabled already" in refused("client", "disable", "app:library")
    assert hub.rows(Client)[0].disabled_at
    told("client", "enable", "app:library")
    assert hub.rows(Client)[0].disabled_at is None
    assert "There is no client app:none" in refused("client", "disable", "app:none")


def test_keys_are_made_once_and_exchanged(hub: Hub, settings: Settings) -> None:
    assert "signing-key create" in refused("signing-key", "rotate")
    assert "4 keys were made" in told("signing-key", "create")
    assert "Every key is there" in told("signing-key", "create")
    assert "published for less than 5 minutes" in refused("signing-key", "rotate")
    with hub.sessions.begin() as session:
        session.execute(update(SigningKey).values(created_at=datetime.now(UTC) - timedelta(minutes=6)))
    told("signing-key", "rotate")
    states = [key.state for key in hub.rows(SigningKey)]
    assert sorted(states) == sorted([KeyState.ACTIVE, KeyState.NEXT, KeyState.RETIRED] * 2)
    retired = next(key.kid for key in hub.rows(SigningKey) if key.state is KeyState.RETIRED)
    told("signing-key", "withdraw", "--", retired)
    assert "withdrawn already" in refused("signing-key", "withdraw", "--", retired)
    active = next(key.kid for key in hub.rows(SigningKey) if key.state is KeyState.ACTIVE)
    assert "--at-once" in refused("signing-key", "withdraw", "--", active)
    assert active in told("signing-key", "list")
    assert settings.field_cipher.is_newest(hub.rows(SigningKey)[0].sealed_private_jwk)
