"""Does every answer say who gives it, so that a client never takes a code to the wrong server?"""

import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of

REFUSALS = {
    "unsupported_response_type": {"response_type": "token"},
    "invalid_scope": {"scope": "profile"},
    "invalid_request": {"max_age": "-1"},
    "request_not_supported": {"request": "x.y.z"},
    "request_uri_not_supported": {"request_uri": "https://rp.example/r"},
    "registration_not_supported": {"registration": "{}"},
    "login_required": {"prompt": "none", "max_age": "0"},
}


def test_a_success_does(client: RelyingParty, person: Person) -> None:
    assert answer_of(client.authorize(person))["iss"] == client.issuer


@pytest.mark.parametrize("error", REFUSALS)
def test_every_refusal_does(client: RelyingParty, provider: RunningProvider, error: str) -> None:
    """Authlib adds it to answers alone that come of its last step; refusals before that lack it."""
    answer = answer_of(client.authorize(provider.sign_in(), **REFUSALS[error]))
    assert (answer["error"], answer["iss"], answer["state"]) == (error, client.issuer, client.state)


@pytest.mark.parametrize("twice", ["state", "nonce", "scope", "code_challenge", "anything"])
def test_so_does_the_refusal_of_a_parameter_that_comes_twice(client: RelyingParty, person: Person, twice: str) -> None:
    pairs = [*(client.request() | {twice: "one"}).items(), (twice, "another")]
    answer = answer_of(person.get("/authorize", params=pairs))
    assert (answer["error"], answer["iss"]) == ("invalid_request", client.issuer)


def test_so_does_a_no(provider: RunningProvider, person: Person) -> None:
    stranger = provider.add_client("app:stranger", first_party=False)
    page = stranger.authorize(person)
    answer = answer_of(person.send_form(page))
    assert (answer["error"], answer["iss"], answer["state"]) == ("access_denied", stranger.issuer, stranger.state)
