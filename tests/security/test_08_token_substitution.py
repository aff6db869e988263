"""Is what one client was given of any use at another, or for something else?"""

import httpx

from tests.support.listening import listening, telling
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of
from tests.support.waiting import eventually


def test_tokens_are_nothing_to_another_client(client: RelyingParty, rival: RelyingParty, person: Person) -> None:
    tokens = client.tokens(person)
    assert not rival.is_active(tokens["access_token"])
    assert not rival.is_active(tokens["refresh_token"])
    assert rival.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    revoked = rival.ask("/revoke", {"token": tokens["refresh_token"]})
    assert (revoked.status_code, revoked.json()["error"]) == (400, "invalid_grant")
    assert client.is_active(tokens["access_token"])
    assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_each_token_names_one_client(client: RelyingParty, rival: RelyingParty, person: Person) -> None:
    for party in (client, rival):
        code = party.authorize(person).headers["Location"].partition("code=")[2].partition("&")[0]
        claims = party.read(party.redeem(code).json()["id_token"])
        assert claims["aud"] == party.client_id


def test_one_kind_of_token_is_not_another(client: RelyingParty, person: Person) -> None:
    tokens = client.tokens(person)
    assert client.userinfo(tokens["id_token"]).status_code == 401
    assert client.userinfo(tokens["refresh_token"]).status_code == 401
    assert client.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"
    assert not client.is_active(tokens["id_token"])


def test_a_logout_token_is_no_hint(provider: RunningProvider, person: Person) -> None:
    """Authlib's endpoint for signing out looks at the signature of a hint alone: pitfall 8."""
    with listening() as listener, telling(provider):
        client = provider.add_client("app:told", backchannel_logout_uri=listener.address)
        client.tokens(person)
        provider.end_sessions(person.account_id)
        [token] = eventually(lambda: listener.heard, within=5)
    again = provider.sign_in(account_id=person.account_id)
    refused = again.get("/end-session", params={"id_token_hint": token, "client_id": client.client_id})
    assert refused.status_code == 400
    assert answer_of(client.authorize(again, id_token_hint=token))["error"] == "invalid_request"


def test_a_token_in_an_address_is_not_looked_at(client: RelyingParty, person: Person) -> None:
    token = client.tokens(person)["access_token"]
    answer = httpx.get(f"{client.issuer}/userinfo", params={"access_token": token}, trust_env=False)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_that_is_shown_twice_is_refused(client: RelyingParty, person: Person) -> None:
    token = client.tokens(person)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{client.issuer}/userinfo", data={"access_token": token}, headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
