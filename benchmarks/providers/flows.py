"""How long does it take until somebody who is signed in at a provider is signed in at a district as well?

One *flow*: the browser asks the provider with its session (authorization code, PKCE with S256, state, nonce), the district
exchanges the code for tokens, showing who it is, and verifies the ID token. Each request has a connection of its own, as behind
a proxy. Each flow is that of another session, which reaches this district for the first time.
"""

import json
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from benchmarks.providers.provider import REDIRECT_URI, SCOPE, District, Provider

_PLAIN: Mapping[str, str] = {}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60


@dataclass(frozen=True)
class Measured:
    """Flows a second, and milliseconds of each."""

    flows: float
    latencies_ms: list[float]


def measure(provider: Provider, *, clients: int, flows: int) -> Measured:
    """So many flows, of so many people at a time."""
    browsers, keys = iter(provider.sign_in(flows)), published_keys(provider)

    def work() -> list[float]:
        return [_timed(provider, cookie, keys) for cookie in browsers]

    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        each = [pool.submit(work) for _ in range(clients)]
        latencies = [latency for one in each for latency in one.result()]
    return Measured(flows / (time.monotonic() - began), latencies)


def published_keys(provider: Provider) -> KeySet:
    """The keys by which a district knows what the provider signs, as it keeps them."""
    return KeySet.import_key_set(json.loads(_ask(provider, "GET", provider.keys).body))


def sign_in_at(provider: Provider, cookie: str, keys: KeySet) -> None:
    """One flow, of the browser that shows `cookie`; raises `ValueError` where anybody is answered otherwise than was meant."""
    district = provider.district
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    question = {
        "client_id": district.client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    sent_back = _ask(provider, "GET", f"{provider.authorize}?{urlencode(question)}", {"Cookie": cookie})
    answer = parse_qs(urlsplit(sent_back.location).query)
    if not sent_back.location.startswith(f"{REDIRECT_URI}?") or answer["state"] != [state]:
        raise ValueError(f"{provider.name} answered {sent_back}")
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"][0],
        "redirect_uri": REDIRECT_URI,
        "code_verifier": verifier,
    }
    headers, proof = _prove(district, provider.issuer)
    tokens = json.loads(_ask(provider, "POST", provider.token, _FORM | headers, urlencode(form | proof)).body)
    claims = jwt.decode(tokens["id_token"], keys, algorithms=[district.algorithm]).claims
    # An audience is a name or a list of names (RFC 7519, section 4.1.3).
    audiences = (district.client_id, [district.client_id])
    if (claims["iss"], claims["nonce"]) != (provider.issuer, nonce) or claims["aud"] not in audiences:
        raise ValueError(f"{provider.name} vouched with {claims}")


def _timed(provider: Provider, cookie: str, keys: KeySet) -> float:
    began = time.monotonic()
    sign_in_at(provider, cookie, keys)
    return (time.monotonic() - began) * 1_000


def _prove(district: District, issuer: str) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and fields by which a district shows who it is."""
    if district.key is None:
        both = b64encode(f"{quote(district.client_id, safe='')}:{district.secret}".encode()).decode()
        return {"Authorization": f"Basic {both}"}, {}
    now = int(time.time())
    claims = {
        "iss": district.client_id,
        "sub": district.client_id,
        "aud": issuer,
        "iat": now,
        "exp": now + _ASSERTION_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    signed = jwt.encode({"alg": "ES256", "kid": district.key.kid}, claims, district.key)
    return {}, {"client_assertion_type": _ASSERTION, "client_assertion": signed}


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str
    body: bytes


def _ask(provider: Provider, method: str, path: str, headers: Mapping[str, str] = _PLAIN, body: str | None = None) -> _Answer:
    connection = HTTPConnection("127.0.0.1", provider.port)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return _Answer(answer.status, answer.getheader("Location", ""), answer.read())
    finally:
        connection.close()
