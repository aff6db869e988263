"""Does the hub pass what the suite's Basic plan looks at?

Each test bears the name of the suite's module.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc import jws
from sqlalchemy import update

from federation.sso.models import Authorization
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of, request_id_of

WITHOUT_PKCE = {"code_challenge": None, "code_challenge_method": None}


def code_of(client: RelyingParty, person: Person, **changes: str | None) -> str:
    return client.code(person, **(WITHOUT_PKCE | changes))


def tokens_of(client: RelyingParty, person: Person, **changes: str | None) -> dict[str, str]:
    answer = client.redeem(code_of(client, person, **changes), code_verifier=None)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def refusal_of(client: RelyingParty, response: httpx.Response) -> str:
    """The error that the client is told, with its state and by whom."""
    answer = answer_of(response)
    assert (answer["state"], answer["iss"]) == (client.state, client.issuer)
    assert "code" not in answer
    return answer["error"]


def test_oidcc_server(client: RelyingParty, person: Person) -> None:
    answer = answer_of(client.authorize(person, **WITHOUT_PKCE))
    assert (answer["state"], answer["iss"]) == (client.state, client.issuer)
    answered = client.redeem(answer["code"], code_verifier=None)
    assert answered.headers["Content-Type"] == "application/json"
    assert answered.headers["Cache-Control"] == "no-store"
    tokens = answered.json()
    assert (tokens["token_type"], tokens["expires_in"] > 0) == ("Bearer", True)
    claims = client.read(tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (client.issuer, client.client_id, client.nonce)
    assert claims["sub"] == person.account_id
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]
    assert client.userinfo(tokens["access_token"]).json()["sub"] == claims["sub"]


def test_oidcc_response_type_missing(client: RelyingParty, person: Person) -> None:
    refusal = client.authorize(person, response_type=None)
    assert refusal_of(client, refusal) in ("invalid_request", "unsupported_response_type")


def test_oidcc_idtoken_signature(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    header = jws.extract_compact(tokens_of(client, person)["id_token"].encode()).headers()
    published = httpx.get(f"{provider.address}/jwks.json", trust_env=False).json()["keys"]
    assert header["alg"] == "RS256"
    assert [key["kid"] for key in published].count(header["kid"]) == 1


def test_oidcc_idtoken_unsigned(provider: RunningProvider) -> None:
    configuration = httpx.get(f"{provider.address}/.well-known/openid-configuration", trust_env=False).json()
    assert "none" not in configuration["id_token_signing_alg_values_supported"]


def test_oidcc_userinfo_get(client: RelyingParty, person: Person) -> None:
    answer = client.userinfo(tokens_of(client, person)["access_token"])
    assert (answer.status_code, answer.json()["sub"]) == (200, person.account_id)


def test_oidcc_userinfo_post_header(client: RelyingParty, person: Person) -> None:
    headers = {"Authorization": f"Bearer {tokens_of(client, person)['access_token']}"}
    answer = httpx.post(f"{client.issuer}/userinfo", headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["sub"]) == (200, person.account_id)


def test_oidcc_userinfo_post_body(client: RelyingParty, person: Person) -> None:
    form = {"access_token": tokens_of(client, person)["access_token"]}
    answer = httpx.post(f"{client.issuer}/userinfo", data=form, trust_env=False)
    assert (answer.status_code, answer.json()["sub"]) == (200, person.account_id)


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(client: RelyingParty, person: Person) -> None:
    """SIGN-IN's decision: a code is used once, which is all that a nonce would add to it here."""
    assert "nonce" not in client.read(tokens_of(client, person, nonce=None)["id_token"])


TOLD: dict[str, dict[str, object]] = {
    "profile": {"name": "陈静"},
    "email": {"email": "chen@example.org", "email_verified": True},
    "phone": {"phone_number": "+8613912345678", "phone_number_verified": True},
}


@pytest.fixture
def reached(provider: RunningProvider, person: Person) -> Person:
    """Somebody of whom there is something to tell in each scope that the hub has."""
    for written in ("chen@example.org", "139 1234 5678"):
        provider.add_address(person.account_id, written)
    return person


def told(client: RelyingParty, person: Person, *scopes: str) -> dict[str, object]:
    """What a client is told that asks for these, beside who it is."""
    tokens = tokens_of(client, person, scope=" ".join(("openid", *scopes)))
    assert set(tokens["scope"].split()) == {"openid", *scopes} - {"address"}
    claims = dict(client.userinfo(tokens["access_token"]).json())
    assert claims.pop("sub") == person.account_id
    return claims


def test_oidcc_scope_profile(client: RelyingParty, reached: Person) -> None:
    assert told(client, reached, "profile") == TOLD["profile"]


def test_oidcc_scope_email(client: RelyingParty, reached: Person) -> None:
    assert told(client, reached, "email") == TOLD["email"]


def test_oidcc_scope_address(client: RelyingParty, reached: Person) -> None:
    assert told(client, reached, "address") == {}


def test_oidcc_scope_phone(client: RelyingParty, reached: Person) -> None:
    assert told(client, reached, "phone") == TOLD["phone"]


def test_oidcc_scope_all(client: RelyingParty, reached: Person) -> None:
    everything = told(client, reached, "profile", "email", "address", "phone")
    assert everything == TOLD["profile"] | TOLD["email"] | TOLD["phone"]


def test_oidcc_alternate_happy_flow(client: RelyingParty, provider: RunningProvider) -> None:
    visitor = provider.visitor()
    answer = answer_of(provider.come_back(visitor, client.authorize(visitor, **WITHOUT_PKCE)))
    assert client.redeem(answer["code"], code_verifier=None).status_code == 200


def test_oidcc_display_page(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, display="page")


def test_oidcc_display_popup(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, display="popup")


def test_oidcc_prompt_login(client: RelyingParty, provider: RunningProvider) -> None:
    person = provider.sign_in(ago=timedelta(minutes=3))
    before = client.read(tokens_of(client, person)["id_token"])
    answer = answer_of(provider.come_back(person, client.authorize(person, **WITHOUT_PKCE, prompt="login")))
    after = client.read(client.redeem(answer["code"], code_verifier=None).json()["id_token"])
    assert after["auth_time"] > before["auth_time"]
    assert after["sub"] == before["sub"]


def test_oidcc_prompt_none_not_logged_in(client: RelyingParty, provider: RunningProvider) -> None:
    refusal = client.authorize(provider.visitor(), **WITHOUT_PKCE, prompt="none")
    assert refusal_of(client, refusal) == "login_required"


def test_oidcc_prompt_none_logged_in(client: RelyingParty, person: Person) -> None:
    first = client.read(tokens_of(client, person)["id_token"])
    again = client.read(tokens_of(client, person, prompt="none")["id_token"])
    assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])


def test_oidcc_max_age_1(client: RelyingParty, provider: RunningProvider) -> None:
    person = provider.sign_in(ago=timedelta(seconds=2))
    before = client.read(tokens_of(client, person)["id_token"])
    answer = answer_of(provider.come_back(person, client.authorize(person, **WITHOUT_PKCE, max_age="1")))
    after = client.read(client.redeem(answer["code"], code_verifier=None).json()["id_token"])
    assert after["auth_time"] > before["auth_time"]


def test_oidcc_max_age_10000(client: RelyingParty, provider: RunningProvider) -> None:
    """A code is no older than itself: of a session that began a while ago it is as good as of a new one (pitfall 4)."""
    person = provider.sign_in(ago=timedelta(minutes=50))
    first = client.read(tokens_of(client, person)["id_token"])
    again = client.read(tokens_of(client, person, max_age="10000")["id_token"])
    assert first["auth_time"] == again["auth_time"] < again["iat"] - 2900


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, extra="foobar")


def test_oidcc_id_token_hint(client: RelyingParty, person: Person, provider: RunningProvider) -> None:
    id_token = tokens_of(client, person)["id_token"]
    again = tokens_of(client, person, id_token_hint=id_token, prompt="none")
    assert client.read(again["id_token"])["sub"] == person.account_id
    other = provider.sign_in()
    refusal = client.authorize(other, **WITHOUT_PKCE, id_token_hint=id_token, prompt="none")
    assert refusal_of(client, refusal) == "login_required"
    shown = client.authorize(other, **WITHOUT_PKCE, id_token_hint=id_token)
    assert refusal_of(client, provider.come_back(other, shown)) == "login_required"
    shown = client.authorize(other, **WITHOUT_PKCE, id_token_hint=id_token)
    answer = answer_of(provider.come_back(other, shown, account_id=person.account_id))
    assert client.read(client.redeem(answer["code"], code_verifier=None).json()["id_token"])["sub"] == person.account_id


def test_oidcc_login_hint(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, login_hint="陈静")


def test_oidcc_ui_locales(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, ui_locales="se")


def test_oidcc_claims_locales(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, claims_locales="se")


def test_oidcc_ensure_request_with_acr_values_succeeds(client: RelyingParty, person: Person) -> None:
    assert code_of(client, person, acr_values="1 2")


def test_oidcc_codereuse(client: RelyingParty, person: Person) -> None:
    code = code_of(client, person)
    first = client.redeem(code, code_verifier=None)
    again = client.redeem(code, code_verifier=None)
    assert (first.status_code, again.status_code, again.json()["error"]) == (200, 400, "invalid_grant")


def test_oidcc_codereuse_30seconds(client: RelyingParty, person: Person, provider: RunningProvider) -> None:
    code = code_of(client, person)
    tokens = client.redeem(code, code_verifier=None).json()
    with provider.session() as session, session.begin():
        earlier = datetime.now(UTC) - timedelta(seconds=31)
        session.execute(update(Authorization).where(Authorization.code_used_at.is_not(None)).values(code_used_at=earlier))
    assert client.redeem(code, code_verifier=None).json()["error"] == "invalid_grant"
    assert client.userinfo(tokens["access_token"]).status_code == 401


def test_oidcc_ensure_registered_redirect_uri(client: RelyingParty, person: Person) -> None:
    refusal = client.authorize(person, redirect_uri="https://rp.example/callback/xyz")
    assert (refusal.status_code, "Location" in refusal.headers) == (400, False)


def test_oidcc_ensure_post_request_succeeds(client: RelyingParty, person: Person) -> None:
    answer = answer_of(person.post("/authorize", data=client.request(**WITHOUT_PKCE)))
    assert client.redeem(answer["code"], code_verifier=None).status_code == 200


def test_oidcc_server_client_secret_post(client: RelyingParty, person: Person) -> None:
    """Not offered, and refused as such: a secret in a form is in more logs than one in a header (pitfall 9)."""
    code = code_of(client, person)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}
    answer = client.token(form | {"client_id": client.client_id, "client_secret": client.secret}, headers={})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_oidcc_request_uri_unsigned(client: RelyingParty, person: Person) -> None:
    refusal = client.authorize(person, **WITHOUT_PKCE, request_uri="https://rp.example/request.jwt")
    assert refusal_of(client, refusal) == "request_uri_not_supported"


def unsigned(client: RelyingParty, **claims: str) -> str:
    parts = ({"alg": "none"}, client.request(**WITHOUT_PKCE) | claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    client: RelyingParty, person: Person
) -> None:
    refusal = client.authorize(person, **WITHOUT_PKCE, request=unsigned(client))
    assert refusal_of(client, refusal) == "request_not_supported"


def test_oidcc_ensure_request_object_with_redirect_uri(client: RelyingParty, person: Person) -> None:
    request = unsigned(client, redirect_uri="https://evil.example/callback")
    refusal = client.authorize(person, **WITHOUT_PKCE, request=request)
    assert refusal_of(client, refusal) == "request_not_supported"


def test_oidcc_claims_essential(client: RelyingParty, person: Person) -> None:
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})
    assert client.userinfo(tokens_of(client, person, claims=claims)["access_token"]).json()["sub"] == person.account_id


def test_oidcc_refresh_token(client: RelyingParty, person: Person) -> None:
    """An ID token comes with the next tokens as well, and says nothing new of the sign-in (pitfall 11)."""
    first = tokens_of(client, person)
    second = client.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    before, after = client.read(first["id_token"]), client.read(second["id_token"])
    same = ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr")
    assert [before[name] for name in same] == [after[name] for name in same]
    assert "nonce" not in after


def test_oidcc_refresh_token_of_another_client(client: RelyingParty, person: Person, provider: RunningProvider) -> None:
    other = provider.add_client("suite:second", pkce_required=False)
    token = tokens_of(client, person)["refresh_token"]
    assert other.refresh(token).json()["error"] == "invalid_grant"
    assert client.refresh(token).status_code == 200


def test_oidcc_ensure_request_with_valid_pkce_succeeds(client: RelyingParty, person: Person) -> None:
    assert client.redeem(client.code(person)).status_code == 200


def test_a_session_that_is_not_met_keeps_its_request(client: RelyingParty, provider: RunningProvider) -> None:
    """The suite leaves the page for signing in to a person; here it is seen that the request waits there unharmed."""
    request_id = request_id_of(client.authorize(provider.visitor(), **WITHOUT_PKCE))
    assert len(urlsafe_b64decode(request_id + "=")) == 32
