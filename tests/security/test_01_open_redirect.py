"""Does the hub send a browser to no address but a registered one?"""

import pytest

from tests.support.provider import CALLBACK, Person, RelyingParty

HOSTILE = [
    "https://evil.example/callback",
    "https://rp.example/callback/more",
    "https://rp.example/callbac",
    "https://rp.example/callback?more=1",
    "https://RP.example/callback",
    "https://rp.example/Callback",
    "https://rp.example:443/callback",
    "https://rp.example:8443/callback",
    "https://rp.example@evil.example/callback",
    "https://user@rp.example/callback",
    "https://rp.example/%2e%2e/callback",
    "https://rp.example/x/../callback",
    "https://rp.example/callback#fragment",
    "https://rp.example.evil.example/callback",
    "http://rp.example/callback",
    "//rp.example/callback",
    "javascript:alert(1)//rp.example/callback",
    " https://rp.example/callback",
    "",
]


@pytest.mark.parametrize("more", [{}, {"response_type": "token"}, {"scope": "nothing"}, {"response_type": "cöde"}])
@pytest.mark.parametrize("redirect_uri", HOSTILE)
def test_it_stays_at_the_hub(client: RelyingParty, person: Person, redirect_uri: str, more: dict[str, str]) -> None:
    answer = client.authorize(person, redirect_uri=redirect_uri, **more)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert '="http' not in answer.text
    assert '="//' not in answer.text


def test_it_stays_at_the_hub_where_the_client_is_not_known(client: RelyingParty, person: Person) -> None:
    for client_id in ("app:nobody", "", "x" * 5000, person.account_id):
        answer = client.authorize(person, client_id=client_id)
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("twice", ["redirect_uri", "client_id"])
def test_it_stays_at_the_hub_where_two_addresses_or_clients_are_named(client: RelyingParty, person: Person, twice: str) -> None:
    pairs = [*client.request().items(), (twice, "https://evil.example/callback")]
    answer = person.get("/authorize", params=pairs)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_refusal_goes_to_the_registered_address_alone(client: RelyingParty, person: Person) -> None:
    answer = client.authorize(person, response_type="token")
    assert answer.headers["Location"].startswith(f"{CALLBACK}?error=")
