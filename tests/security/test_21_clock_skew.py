"""How far may a client's clock be off?"""

import time

import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider


@pytest.fixture(scope="module")
def keyed(provider: RunningProvider) -> RelyingParty:
    """A client that signs its proofs, with a clock of its own."""
    return provider.add_client("app:skewed", with_key=True)


def redeem_at(client: RelyingParty, person: Person, seconds: int) -> int:
    """The status that a proof gets from a clock which is off by so much."""
    now = int(time.time()) + seconds
    form = {
        "grant_type": "authorization_code",
        "code": client.code(person),
        "redirect_uri": client.redirect_uri,
        "code_verifier": client.verifier,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": client.assertion(iat=now, nbf=now, exp=now + 60),
    }
    return client.token(form, headers={}).status_code


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (-55, 200), (55, 200), (-600, 401), (600, 401), (86_400, 401)])
def test_a_minute_and_no_more(keyed: RelyingParty, person: Person, seconds: int, status: int) -> None:
    assert redeem_at(keyed, person, seconds) == status
