"""May a script on another site read what the provider answers?"""

import httpx
import pytest

from tests.support.provider import Person, RelyingParty

PATHS = ["/authorize", "/token", "/par", "/userinfo", "/introspect", "/revoke", "/end-session", "/authorize/consent"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", ["https://rp.example", "https://evil.example", "null"])
def test_none_may_for_no_client_lives_in_a_browser(client: RelyingParty, person: Person, path: str, origin: str) -> None:
    token = client.tokens(person)["access_token"]
    for method in ("OPTIONS", "GET", "POST"):
        headers = {"Origin": origin, "Authorization": f"Bearer {token}", "Access-Control-Request-Method": "POST"}
        answer = httpx.request(method, client.issuer + path, headers=headers, trust_env=False)
        assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []
