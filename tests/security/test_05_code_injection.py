"""Is a code of use to whoever got hold of it?"""

import secrets

import pytest

from tests.support.provider import Person, RelyingParty


def test_another_client_gets_nothing_for_it_and_it_is_burnt(client: RelyingParty, rival: RelyingParty, person: Person) -> None:
    code = client.code(person)
    stolen = rival.redeem(code, redirect_uri=client.redirect_uri, code_verifier=client.verifier)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert client.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://rp.example/other"},
        {"redirect_uri": None},
        {"code_verifier": secrets.token_urlsafe(48)},
    ],
)
def test_with_anything_else_than_the_client_had_it_is_burnt(
    client: RelyingParty, person: Person, change: dict[str, str | None]
) -> None:
    code = client.code(person)
    answer = client.redeem(code, **change)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert client.redeem(code).json()["error"] == "invalid_grant"
