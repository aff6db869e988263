"""Does the hub take a request ahead of the browser that brings it (RFC 9126)?"""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from federation.sso.models import AuthorizationRequest
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of


@pytest.fixture(scope="module")
def keyed(provider: RunningProvider) -> RelyingParty:
    """A client that signs its proofs."""
    return provider.add_client("suite:pushing", with_key=True)


def push(client: RelyingParty, **changes: str | None) -> str:
    answer = client.ask("/par", client.request(**changes))
    assert answer.status_code == 201, answer.text
    assert (answer.headers["Cache-Control"], 5 <= answer.json()["expires_in"] <= 600) == ("no-store", True)
    return str(answer.json()["request_uri"])


def bring(client: RelyingParty, person: Person, request_uri: str, **more: str) -> httpx.Response:
    return person.get("/authorize", params={"client_id": client.client_id, "request_uri": request_uri, **more})


def test_what_was_pushed_counts_and_not_what_the_browser_says(keyed: RelyingParty, person: Person) -> None:
    request_uri = push(keyed, scope="openid")
    said = {"redirect_uri": "https://evil.example/", "scope": "openid profile", "state": "another"}
    answer = answer_of(bring(keyed, person, request_uri, **said))
    assert (answer["state"], answer["iss"]) == (keyed.state, keyed.issuer)
    assert keyed.redeem(answer["code"]).json()["scope"] == "openid"


def test_it_counts_once(keyed: RelyingParty, person: Person) -> None:
    request_uri = push(keyed)
    assert "code" in answer_of(bring(keyed, person, request_uri))
    assert bring(keyed, person, request_uri).status_code == 400


def test_it_waits_while_somebody_signs_in(provider: RunningProvider, keyed: RelyingParty) -> None:
    visitor = provider.visitor()
    answer = answer_of(provider.come_back(visitor, bring(keyed, visitor, push(keyed))))
    assert keyed.redeem(answer["code"]).status_code == 200


def test_it_is_of_no_use_to_another_client_or_later(
    provider: RunningProvider, client: RelyingParty, keyed: RelyingParty, person: Person
) -> None:
    assert bring(client, person, push(keyed)).status_code == 400
    request_uri = push(keyed)
    with provider.session() as session, session.begin():
        session.execute(update(AuthorizationRequest).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert bring(keyed, person, request_uri).status_code == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"client_id": "suite:basic"}, "invalid_request"),
    ],
)
def test_what_would_be_refused_later_is_refused_at_once(
    client: RelyingParty, keyed: RelyingParty, change: dict[str, str | None], error: str
) -> None:
    assert client
    answer = keyed.ask("/par", keyed.request(**change))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
