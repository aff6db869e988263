"""Is there anything that a client or a browser can say to which the provider has no answer?"""

from typing import Any

import httpx
import pytest

from tests.support.provider import Person, RelyingParty

HOSTILE = [
    "",
    " ",
    "é",
    "值" * 40,
    '"',
    "\\",
    "\r\nSet-Cookie: a=b",
    "%00",
    "\x00",
    "\x7f",
    "\ud7ff",
    "a" * 10_000,
    "a" * 1_000_000,
    "-1",
    "1e9",
    "9" * 400,
    "٣",
    "none login",
    "<script>",
    "' OR 1=1 --",
    "{}",
    "[]",
    "urn:ietf:params:oauth:request_uri:x",
]
AUTHORIZE = [
    *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method"),
    *("prompt", "max_age", "acr_values", "login_hint", "id_token_hint", "ui_locales", "display", "claims", "response_mode"),
    *("request", "request_uri", "registration", "unknown"),
]


@pytest.mark.parametrize("name", AUTHORIZE)
def test_authorize_answers_whatever_it_is_asked(client: RelyingParty, person: Person, name: str) -> None:
    """A response_type beyond ASCII made Authlib raise what nobody caught: pitfall 3."""
    for value in HOSTILE:
        said = client.request(**{name: value})
        answers = [person.post("/authorize", data=said)]
        if len(value) < 20_000:
            answers.append(person.get("/authorize", params=said))
        for answer in answers:
            assert answer.status_code in (200, 303, 400, 413), (name, value[:40])
            assert "\n" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/token", ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "refresh_token", "scope"]),
        ("/par", AUTHORIZE),
        ("/introspect", ["token", "token_type_hint"]),
        ("/revoke", ["token", "token_type_hint"]),
    ],
)
def test_so_do_the_endpoints_for_clients(client: RelyingParty, person: Person, path: str, names: list[str]) -> None:
    usual: dict[str, dict[str, Any]] = {
        "/token": {"grant_type": "refresh_token", "refresh_token": client.tokens(person)["refresh_token"]},
        "/par": client.request(),
        "/introspect": {"token": "t"},
        "/revoke": {"token": "t"},
    }
    for name in names:
        for value in HOSTILE:
            answer = client.ask(path, usual[path] | {name: value})
            assert answer.status_code in (200, 201, 400, 401, 413), (name, value[:40], answer.text)
            assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("value", HOSTILE)
def test_so_do_the_others(client: RelyingParty, person: Person, value: str) -> None:
    short = value[:4000]
    for name in ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales"):
        assert person.post("/end-session", data={name: value}).status_code in (200, 303, 400, 413)
    assert person.get("/authorize/continue", params={"request": short}).status_code == 400
    answer = httpx.post(f"{client.issuer}/userinfo", data={"access_token": value}, trust_env=False)
    assert answer.status_code in (400, 401, 413)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", "nonsense"])
def test_a_body_that_is_no_form_is_refused(client: RelyingParty, content_type: str) -> None:
    _, headers = client.proven({})
    answer = httpx.post(
        f"{client.issuer}/token",
        content=b'{"grant_type": "refresh_token"}',
        headers=headers | {"Content-Type": content_type},
        trust_env=False,
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/token", "/par", "/introspect", "/revoke"])
def test_a_wrong_method_is_refused(client: RelyingParty, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert httpx.request(method, client.issuer + path, trust_env=False).status_code == 405


def test_a_grant_that_is_not_offered_is_refused(client: RelyingParty) -> None:
    for grant in ("password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code"):
        answer = client.token({"grant_type": grant, "username": "u", "password": "p"})
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
