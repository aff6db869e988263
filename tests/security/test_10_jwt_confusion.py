"""Is a token believed that chooses its own key, or its own algorithm?"""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of


def encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forgeries(claims: dict[str, Any], public: dict[str, Any]) -> dict[str, str]:
    """Tokens with `claims` that are not signed by the key whose `public` half everybody knows."""
    mine, kid = ECKey.generate_key("P-256"), public["kid"]
    own = mine.as_dict(private=False)
    shared = OctKey.import_key(json.dumps(public))
    jku = "https://evil.example/jwks.json"
    return {
        "unsigned": f"{encoded({'alg': 'none', 'kid': kid, 'typ': 'JWT'})}.{encoded(claims)}.",
        "by the public key as a secret": jwt.encode({"alg": "HS256", "kid": kid, "typ": "JWT"}, claims, shared),
        "by another key under this name": jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, mine),
        "by a key that it brings": jwt.encode({"alg": "ES256", "kid": kid, "jwk": own, "typ": "JWT"}, claims, mine),
        "by a key elsewhere": jwt.encode({"alg": "ES256", "kid": "mine", "jku": jku, "typ": "JWT"}, claims, mine),
        "by no named key": jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, mine),
    }


KINDS = list(forgeries({}, {"kid": "any", "kty": "EC"}))


@pytest.mark.parametrize("kind", KINDS)
def test_a_hint_is_not(client: RelyingParty, person: Person, kind: str) -> None:
    published = httpx.get(f"{client.issuer}/jwks.json", trust_env=False).json()
    claims = client.read(client.tokens(person)["id_token"])
    for public in published["keys"]:
        token = forgeries(claims, public)[kind]
        assert answer_of(client.authorize(person, id_token_hint=token))["error"] == "invalid_request"
        assert person.get("/end-session", params={"id_token_hint": token}).status_code == 400
    assert "code" in answer_of(client.authorize(person, prompt="none"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_s_proof_is_not(provider: RunningProvider, person: Person, kind: str) -> None:
    client = provider.add_client("app:with-key", with_key=True)
    assert client.key is not None
    now = int(time.time())
    claims = {"iss": client.client_id, "sub": client.client_id, "aud": client.issuer, "exp": now + 60}
    forged = forgeries(claims | {"jti": secrets.token_urlsafe(16)}, client.key.as_dict(private=False))[kind]
    form = {"grant_type": "authorization_code", "code": client.code(person), "client_assertion": forged}
    form |= {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    answer = client.token(form, headers={})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_hub_signs_with_one_key_of_an_algorithm_and_names_it(provider: RunningProvider, person: Person) -> None:
    """A whole set of keys would let Authlib take any of them, and it names none by itself: pitfall 2."""
    seen = set()
    for algorithm in ("ES256", "RS256"):
        client = provider.add_client(f"app:{algorithm}", id_token_algorithm=algorithm)
        for _ in range(5):
            token = client.tokens(person)["id_token"]
            published = KeySet.import_key_set(httpx.get(f"{client.issuer}/jwks.json", trust_env=False).json())
            header = jwt.decode(token, published, algorithms=[algorithm]).header
            seen.add((header["alg"], header["kid"]))
    assert sorted(alg for alg, _ in seen) == ["ES256", "RS256"]
