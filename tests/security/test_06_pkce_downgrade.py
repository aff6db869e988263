"""Can a code be had that is not bound to who asked for it?"""

import pytest

from federation.settings import read_settings
from sync.settings import SettingsInvalid
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of

VERIFIER = "a" * 43
WITHOUT = {"code_challenge": None, "code_challenge_method": None}


@pytest.mark.parametrize(
    "change",
    [
        WITHOUT,
        {"code_challenge_method": "plain", "code_challenge": VERIFIER},
        {"code_challenge_method": None, "code_challenge": VERIFIER},
        {"code_challenge_method": "s256"},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge": "a" * 129},
    ],
)
@pytest.mark.parametrize("with_key", [True, False])
def test_it_is_refused_also_to_confidential_clients(
    provider: RunningProvider, person: Person, change: dict[str, str | None], with_key: bool
) -> None:
    """Authlib's `required` binds public clients alone, and it takes `plain`, even by default: pitfalls of its PKCE."""
    client = provider.add_client("app:confidential", with_key=with_key)
    assert answer_of(client.authorize(person, **change))["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", [None, "short", "a" * 129, VERIFIER])
def test_a_code_wants_its_verifier(client: RelyingParty, person: Person, verifier: str | None) -> None:
    assert client.redeem(client.code(person), code_verifier=verifier).status_code == 400


def test_only_a_hub_for_tests_lets_a_client_do_without(provider: RunningProvider, person: Person) -> None:
    client = provider.add_client("app:lax", pkce_required=False)
    assert not provider.settings.test_clients
    assert answer_of(client.authorize(person, **WITHOUT))["error"] == "invalid_request"


def test_no_hub_where_people_sign_in_is_one_for_tests(monkeypatch: pytest.MonkeyPatch, provider: RunningProvider) -> None:
    assert provider
    monkeypatch.setenv("BANYAN_TEST_CLIENTS", "true")
    with pytest.raises(SettingsInvalid, match="TEST_CLIENTS"):
        read_settings()
    monkeypatch.setenv("BANYAN_SECURE_COOKIES", "false")
    assert read_settings().test_clients
