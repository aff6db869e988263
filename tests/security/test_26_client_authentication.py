"""Can somebody pass for a client?"""

import secrets
import time
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from federation.accounts.models import Outcome, SecurityEvent, SecurityEventKind
from federation.accounts.security_events import note
from federation.sso.protocol.proofs import MOST_REFUSALS
from tests.support.provider import Person, RelyingParty, RunningProvider, client_row

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def keyed(provider: RunningProvider) -> RelyingParty:
    """A client that signs its proofs."""
    return provider.add_client("app:keyed", with_key=True)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


def form(client: RelyingParty, person: Person, **more: str) -> dict[str, str]:
    usual = {"grant_type": "authorization_code", "code": client.code(person), "redirect_uri": client.redirect_uri}
    return usual | {"code_verifier": client.verifier} | more


def is_refused(answer: Any) -> bool:
    return (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("endpoint", ["/token", "/par", "/introspect", "/revoke"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + b64encode(b"\xff\xfe:\xff").decode()},
        {"Authorization": "Bearer token"},
        {"Authorization": "Digest x"},
        basic("app:honest", ""),
        basic("app:honest", "wrong"),
        basic("app:honest", "x" * 5000),
        basic("app:nobody", "wrong"),
        basic("app:keyed", "wrong"),
    ],
)
def test_without_its_secret_it_is_nobody(
    client: RelyingParty, keyed: RelyingParty, endpoint: str, headers: dict[str, str]
) -> None:
    """Authlib lets every method pass at endpoints other than that for tokens, unless each says which: pitfall 9."""
    assert keyed
    answer = client.ask(endpoint, {"grant_type": "authorization_code", "code": "c", "token": "t"}, headers=headers)
    assert is_refused(answer)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_refusal_is_noted_without_the_secret(provider: RunningProvider, client: RelyingParty) -> None:
    wrong = secrets.token_urlsafe(32)
    said = {"grant_type": "authorization_code", "code": "c", "client_id": client.client_id}
    client.ask("/token", said, headers=basic(client.client_id, wrong))
    last = [row for row in provider.rows(SecurityEvent) if row.kind is SecurityEventKind.CLIENT_REFUSED][-1]
    assert last.detail["said"] == client.client_id
    assert wrong not in str(last.detail)


def test_who_is_refused_again_and_again_fills_no_disk(provider: RunningProvider) -> None:
    with provider.session() as session, session.begin():
        for _ in range(MOST_REFUSALS):
            kind, at = SecurityEventKind.CLIENT_REFUSED, datetime.now(UTC)
            note(session, kind, account=None, address="127.0.0.1", outcome=Outcome.REFUSED, at=at)
    before = len(provider.rows(SecurityEvent))
    honest = provider.add_client("app:behind-one-address")
    answer = honest.ask("/introspect", {"token": "t"}, headers=basic(honest.client_id, "wrong"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert len(provider.rows(SecurityEvent)) == before
    assert honest.ask("/introspect", {"token": "t"}).status_code == 200
    with provider.session() as session, session.begin():
        session.execute(delete(SecurityEvent))


def test_one_proof_and_not_two(client: RelyingParty, keyed: RelyingParty, person: Person) -> None:
    both = form(client, person, client_assertion=keyed.assertion(), client_assertion_type=ASSERTION)
    assert is_refused(client.token(both, headers=basic(client.client_id, client.secret)))
    secret_too = form(client, person, client_id=client.client_id, client_secret=client.secret)
    assert is_refused(client.token(secret_too, headers=basic(client.client_id, client.secret)))


def test_nothing_is_taken_from_the_address(client: RelyingParty, person: Person) -> None:
    """Authlib reads what stands in the address beside the form: pitfall 10."""
    said = form(client, person)
    in_address = client.token(said, params={"client_id": client.client_id, "client_secret": client.secret}, headers={})
    assert (in_address.status_code, in_address.json()["error"]) == (400, "invalid_request")
    _, headers = client.proven({})
    code = said.pop("code")
    assert client.token(said, params={"code": code}, headers=headers).json()["error"] == "invalid_request"


def test_a_parameter_that_comes_twice_is_refused(client: RelyingParty, person: Person) -> None:
    said, (_, headers) = form(client, person), client.proven({})
    for twice in ("code", "grant_type", "anything"):
        pairs: dict[str, Any] = {**said, twice: ["one", "another"]}
        answer = client.token(pairs, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_is_not_another_by_its_word(client: RelyingParty, rival: RelyingParty, person: Person) -> None:
    answer = client.token(form(client, person, client_id=rival.client_id))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_assertion_counts_once(keyed: RelyingParty, person: Person) -> None:
    proof = {"client_assertion": keyed.assertion(), "client_assertion_type": ASSERTION}
    assert keyed.token(form(keyed, person, **proof), headers={}).status_code == 200
    assert is_refused(keyed.token(form(keyed, person, **proof), headers={}))
    assert is_refused(keyed.ask("/introspect", {"token": "t", **proof}, headers={}))


@pytest.mark.parametrize("audience", ["issuer", "token"])
def test_an_assertion_is_for_the_hub(keyed: RelyingParty, person: Person, audience: str) -> None:
    to = keyed.issuer if audience == "issuer" else f"{keyed.issuer}/token"
    proof = {"client_assertion": keyed.assertion(aud=to), "client_assertion_type": ASSERTION}
    assert keyed.token(form(keyed, person, **proof), headers={}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://evil.example"},
        {"aud": None},
        {"aud": ["https://evil.example", "the hub"]},
        {"sub": "app:honest"},
        {"sub": "app:honest", "iss": "app:honest"},
        {"sub": 7},
        {"sub": None},
        {"iss": None},
        {"jti": None},
        {"jti": {"a": 1}},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 2**70},
        {"exp": int(time.time()) + 86_400},
        {"exp": int(time.time()) - 3600},
    ],
)
def test_an_assertion_that_says_less_or_else_is_refused(
    client: RelyingParty, keyed: RelyingParty, person: Person, change: dict[str, Any]
) -> None:
    assert client
    proof = {"client_assertion": keyed.assertion(**change), "client_assertion_type": ASSERTION}
    assert is_refused(keyed.token(form(keyed, person, **proof), headers={}))


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "..", "é.é.é", "x" * 7000])
def test_what_is_no_assertion_is_refused(keyed: RelyingParty, person: Person, assertion: str) -> None:
    proof = {"client_assertion": assertion, "client_assertion_type": ASSERTION}
    assert is_refused(keyed.token(form(keyed, person, **proof), headers={}))


def test_a_disabled_client_is_nobody_and_its_tokens_open_nothing(provider: RunningProvider, person: Person) -> None:

    closing = provider.add_client("app:closing")
    tokens = closing.tokens(person)
    with provider.session() as session, session.begin():
        client_row(session, "app:closing").disable(at=datetime.now(UTC))
    assert closing.authorize(person).status_code == 400
    assert closing.userinfo(tokens["access_token"]).status_code == 401
    assert is_refused(closing.refresh(tokens["refresh_token"]))
