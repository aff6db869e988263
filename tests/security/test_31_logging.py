"""Does any line of the log hold what opens something?"""

import secrets
from pathlib import Path

import pytest

from tests.support.provider import COOKIE, SIGNED_OUT, provider_of_several_processes


def test_no_code_token_secret_or_verifier_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database_url = f"sqlite:///{tmp_path / 'hub.db'}"
    with provider_of_several_processes(monkeypatch, tmp_path, database_url=database_url) as provider:
        client, person = provider.add_client(), provider.sign_in()
        keyed = provider.add_client("app:keyed", with_key=True)
        cookie, code = person.browser.cookies[COOKIE], client.code(person)
        tokens = client.redeem(code).json()
        client.redeem(code)
        second = keyed.tokens(person)
        third = keyed.refresh(second["refresh_token"]).json()
        client.userinfo(tokens["access_token"])
        keyed.ask("/revoke", {"token": third["refresh_token"]})
        assertion, wrong = keyed.assertion(aud="https://evil.example"), secrets.token_urlsafe(32)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        client.token({"client_assertion": assertion, "client_assertion_type": kind, "code": wrong}, headers={})
        client.token({"client_id": client.client_id, "client_secret": wrong}, headers={})
        person.get("/end-session", params={"id_token_hint": second["id_token"], "post_logout_redirect_uri": SIGNED_OUT})
    said = (tmp_path / "web.log").read_text()
    assert said.count('"route": "/token"') >= 5
    canaries = [code, client.verifier, client.secret, client.state, client.nonce, wrong, assertion, cookie]
    canaries += [given[name] for given in (tokens, second, third) for name in ("access_token", "refresh_token", "id_token")]
    assert [canary for canary in canaries if canary in said] == []
