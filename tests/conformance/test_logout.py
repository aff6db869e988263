"""Does the hub pass what the suite's plans for RP-initiated and back-channel logout look at?"""

import time
from typing import Any

import httpx
import pytest
from joserfc import jws

from federation.sso.models import ClientSession
from tests.support.listening import Listener, listening, telling
from tests.support.provider import SIGNED_OUT, Person, RelyingParty, RunningProvider, request_id_of
from tests.support.waiting import eventually

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def client(provider: RunningProvider) -> RelyingParty:
    return provider.add_client("suite:logout")


@pytest.fixture
def id_token(client: RelyingParty, person: Person) -> str:
    """What the client has of the person's session."""
    return str(client.tokens(person)["id_token"])


def end(person: Person, **parameters: str) -> httpx.Response:
    return person.get("/end-session", params=parameters)


def is_signed_in(client: RelyingParty, person: Person) -> bool:
    return "code=" in client.authorize(person, prompt="none").headers["Location"]


def asked(answer: httpx.Response) -> bool:
    """Whether the person is asked, at the hub, whether they want to sign out."""
    return answer.status_code == 200 and "Sign out everywhere?" in answer.text


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(provider: RunningProvider) -> None:
    configuration = httpx.get(f"{provider.address}/.well-known/openid-configuration", trust_env=False).json()
    assert configuration["end_session_endpoint"] == f"{provider.address}/end-session"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_oidcc_rp_initiated_logout(client: RelyingParty, person: Person, id_token: str, method: str) -> None:
    said = {"id_token_hint": id_token, "post_logout_redirect_uri": SIGNED_OUT, "state": "s1"}
    answer = end(person, **said) if method == "GET" else person.post("/end-session", data=said)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{SIGNED_OUT}?state=s1")
    assert not is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(client: RelyingParty, person: Person, id_token: str) -> None:
    answer = end(person, id_token_hint=id_token, post_logout_redirect_uri="https://rp.example/elsewhere", state="s1")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(client: RelyingParty, person: Person, id_token: str) -> None:
    head, body, signature = id_token.split(".")
    changed = ".".join((head, body, signature[:-8] + ("A" * 8 if not signature.endswith("A" * 8) else "B" * 8)))
    answer = end(person, id_token_hint=changed, post_logout_redirect_uri=SIGNED_OUT)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(client: RelyingParty, person: Person) -> None:
    answer = end(person, id_token_hint="no token at all", post_logout_redirect_uri=SIGNED_OUT)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_no_id_token_hint(client: RelyingParty, person: Person) -> None:
    answer = end(person, post_logout_redirect_uri=SIGNED_OUT, state="s1")
    assert asked(answer)
    assert is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_no_params(client: RelyingParty, person: Person) -> None:
    answer = end(person)
    assert asked(answer)
    assert is_signed_in(client, person)
    done = person.send_form(answer)
    assert (done.status_code, "You are signed out" in done.text) == (200, True)
    assert not is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(client: RelyingParty, person: Person, id_token: str) -> None:
    answer = end(person, id_token_hint=id_token)
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)
    assert not is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_no_state(client: RelyingParty, person: Person, id_token: str) -> None:
    answer = end(person, id_token_hint=id_token, post_logout_redirect_uri=SIGNED_OUT)
    assert (answer.status_code, answer.headers["Location"]) == (303, SIGNED_OUT)
    assert not is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_only_state(client: RelyingParty, person: Person) -> None:
    assert asked(end(person, state="s1"))
    assert is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    client: RelyingParty, person: Person, id_token: str
) -> None:
    answer = end(person, id_token_hint=id_token, post_logout_redirect_uri=f"{SIGNED_OUT}?foo=bar", state="s1")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert is_signed_in(client, person)


def test_oidcc_backchannel_rp_initiated_logout_discovery(provider: RunningProvider) -> None:
    configuration = httpx.get(f"{provider.address}/.well-known/openid-configuration", trust_env=False).json()
    assert configuration["backchannel_logout_supported"] is True
    assert configuration["backchannel_logout_session_supported"] is True


def test_oidcc_backchannel_rp_initiated_logout(provider: RunningProvider, person: Person) -> None:
    with listening() as listener, telling(provider):
        client = provider.add_client("suite:back-channel", backchannel_logout_uri=listener.address)
        given = client.read(client.tokens(person)["id_token"])
        answer = end(person, id_token_hint=client.tokens(person)["id_token"])
        assert answer.status_code == 200
        [token] = eventually(lambda: listener.heard, within=5)
    header, claims = jws.extract_compact(token.encode()).headers(), client.read(token)
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    assert (claims["iss"], claims["aud"]) == (provider.address, client.client_id)
    assert (claims["sub"], claims["sid"]) == (given["sub"], given["sid"])
    assert claims["events"] == {EVENT: {}}
    assert claims["iat"] <= time.time() < claims["exp"] <= claims["iat"] + 120
    assert claims["jti"]
    assert "nonce" not in claims


def test_every_client_that_a_session_reached_is_told_once(provider: RunningProvider, person: Person) -> None:
    with listening() as one, listening() as other, telling(provider):
        heard: list[Listener] = [one, other]
        for number, listener in enumerate(heard):
            client = provider.add_client(f"suite:reached-{number}", backchannel_logout_uri=listener.address)
            client.tokens(person)
            client.tokens(person)
        provider.end_sessions(person.account_id)
        eventually(lambda: [len(listener.heard) for listener in heard], until=lambda seen: seen == [1, 1], within=5)
        told = eventually(lambda: _told(provider, person), until=all, within=5)
    assert len(told) == 2


def _told(provider: RunningProvider, person: Person) -> list[Any]:
    rows: list[ClientSession] = provider.rows(ClientSession)
    return [row.told_at for row in rows if str(row.account_session.account_id) == person.account_id]


def test_who_was_signed_out_signs_in_again_for_the_next_request(client: RelyingParty, person: Person, id_token: str) -> None:
    end(person, id_token_hint=id_token)
    assert request_id_of(client.authorize(person))
