"""Does every answer of the provider say that it is not to be kept, framed, or told to others?"""

import httpx
import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider


def answers(client: RelyingParty, provider: RunningProvider, person: Person) -> dict[str, httpx.Response]:
    stranger = provider.add_client("app:unknown", first_party=False)
    return {
        "authorize": client.authorize(person),
        "authorize without a session": client.authorize(provider.visitor()),
        "authorize refused": client.authorize(person, redirect_uri="https://evil.example/"),
        "consent": stranger.authorize(person),
        "continue": person.get("/authorize/continue", params={"request": "none"}),
        "token": client.redeem(client.code(person)),
        "token refused": client.redeem("none"),
        "token unproven": client.token({}, headers={}),
        "pushed": client.ask("/par", client.request()),
        "introspect": client.ask("/introspect", {"token": "none"}),
        "revoke": client.ask("/revoke", {"token": "none"}),
        "userinfo": client.userinfo(client.tokens(person)["access_token"]),
        "userinfo refused": client.userinfo("none"),
        "end-session": person.get("/end-session"),
        "end-session refused": person.get("/end-session", params={"id_token_hint": "none"}),
    }


def test_it_does(client: RelyingParty, provider: RunningProvider, person: Person) -> None:
    for where, answer in answers(client, provider, person).items():
        headers = answer.headers
        assert answer.status_code < 500, where
        assert headers["X-Frame-Options"] == "DENY", where
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], where
        assert headers["Referrer-Policy"] == "no-referrer", where
        assert headers["Cache-Control"] == "no-store", where
        assert headers["X-Content-Type-Options"] == "nosniff", where


def test_a_form_may_lead_to_the_client_that_is_asked_about_and_nowhere_else(provider: RunningProvider, person: Person) -> None:
    policy = provider.add_client("app:unknown", first_party=False).authorize(person).headers["Content-Security-Policy"]
    assert "form-action 'self' https://rp.example;" in policy


@pytest.mark.parametrize("path", ["/authorize", "/end-session"])
def test_a_password_is_never_sent_on_to_a_client(client: RelyingParty, person: Person, path: str) -> None:
    """A redirect after a POST asks for the next page by GET: 303, not 307 (RFC 9700, section 4.12)."""
    hint = {"id_token_hint": client.tokens(person)["id_token"], "post_logout_redirect_uri": "https://rp.example/signed-out"}
    answer = person.post(path, data=client.request() if path == "/authorize" else hint)
    assert answer.status_code == 303
