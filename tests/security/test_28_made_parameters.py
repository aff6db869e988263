"""Is there anything within or beside the descriptions of its endpoints to which the hub has no answer?

What is sent is made from them by schemathesis, with a fixed seed.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from federation.sso import discovery
from tests.support.provider import CALLBACK, COOKIE, SIGNED_OUT, RelyingParty, RunningProvider

SERVER_ERROR = 500
EXAMPLES = 20
_SEED = 28
_CLIENT = "app:honest"

Case: TypeAlias = schemathesis.Case[Any]
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]


def _text(*meant: str) -> dict[str, Any]:
    """A parameter that is any text, and often one of those that are `meant`."""
    anything: dict[str, Any] = {"type": "string"}
    return {"anyOf": [{"enum": list(meant)}, anything]} if meant else anything


_QUESTION = {
    "client_id": _text(_CLIENT),
    "redirect_uri": _text(CALLBACK),
    "response_type": _text("code"),
    "response_mode": _text("query", "form_post"),
    "scope": _text("openid", "openid profile roles"),
    "state": _text(),
    "nonce": _text(),
    "code_challenge": _text("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    "code_challenge_method": _text("S256", "plain"),
    "prompt": _text("none", "login", "consent", "none login"),
    "max_age": _text("0", "60", "9" * 30),
    "acr_values": _text("1", "2"),
    "login_hint": _text(),
    "id_token_hint": _text("e30.e30.e30"),
    "ui_locales": _text("zh-Hans"),
    "request": _text("e30.e30."),
    "request_uri": _text("urn:ietf:params:oauth:request_uri:unknown"),
    "claims": _text('{"userinfo": {"name": null}}'),
}
_PROOF = {
    "client_assertion_type": _text("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
    "client_assertion": _text("e30.e30.e30"),
    "client_secret": _text(),
}
_FORMS: dict[str, dict[str, Any]] = {
    discovery.AUTHORIZE: _QUESTION,
    discovery.PUSH: _QUESTION | _PROOF,
    discovery.TOKEN: _PROOF
    | {
        "grant_type": _text("authorization_code", "refresh_token", "password"),
        "client_id": _text(_CLIENT),
        "code": _text(),
        "redirect_uri": _text(CALLBACK),
        "code_verifier": _text(),
        "refresh_token": _text(),
        "scope": _text("openid"),
    },
    discovery.INTROSPECT: _PROOF | {"token": _text(), "token_type_hint": _text("access_token", "refresh_token")},
    discovery.REVOKE: _PROOF | {"token": _text(), "token_type_hint": _text("access_token", "refresh_token")},
    discovery.USERINFO: {"access_token": _text()},
    discovery.END_SESSION: {
        "id_token_hint": _text("e30.e30.e30"),
        "client_id": _text(_CLIENT),
        "post_logout_redirect_uri": _text(SIGNED_OUT),
        "state": _text(),
        "logout_hint": _text(),
        "ui_locales": _text("en"),
    },
    f"{discovery.AUTHORIZE}/consent": {"request": _text(), "grant": _text("yes"), "csrf_token": _text()},
    f"{discovery.END_SESSION}/confirm": {"state": _text(), "csrf_token": _text()},
}
_QUERIES: dict[str, dict[str, Any]] = {
    discovery.AUTHORIZE: _QUESTION,
    discovery.END_SESSION: _FORMS[discovery.END_SESSION],
    f"{discovery.AUTHORIZE}/continue": {"request": _text()},
    "/sign-in": {"request": _text()},
    discovery.USERINFO: {"access_token": _text()},
    discovery.KEYS: {"kid": _text()},
    "/.well-known/openid-configuration": {"client_id": _text()},
}


def _described() -> dict[str, Any]:
    """The endpoints of the provider in OpenAPI's form. It has none for what OAuth leaves open, so it stands here."""
    paths: dict[str, Any] = {}
    said = {"default": {"description": "whatever is answered"}}
    for path, fields in _FORMS.items():
        form = {"type": "object", "properties": fields, "additionalProperties": {"type": "string"}}
        content = {"application/x-www-form-urlencoded": {"schema": form}}
        proof = {"name": "Authorization", "in": "header", "schema": _text("Basic eDp5", "Bearer x", "Basic \u00ff")}
        paths.setdefault(path, {})["post"] = {
            "requestBody": {"content": content},
            "parameters": [proof],
            "responses": said,
        }
    for path, fields in _QUERIES.items():
        parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
        paths.setdefault(path, {})["get"] = {"parameters": parameters, "responses": said}
    return {"openapi": "3.1.0", "info": {"title": "sign-in", "version": "1"}, "paths": paths}


def _operations(described: dict[str, Any]) -> dict[str, Operation]:
    """Every operation of a description, by its name."""
    found = [one.ok() for one in schemathesis.openapi.from_dict(described).get_all_operations() if isinstance(one, Ok)]
    return {operation.label: operation for operation in found}


_ENDPOINTS = _operations(_described())
each_endpoint = pytest.mark.parametrize("operation", _ENDPOINTS.values(), ids=_ENDPOINTS)


@pytest.fixture(scope="module")
def known_cookie(provider: RunningProvider) -> str:
    """What the browser of somebody shows who is signed in."""
    return f"{COOKIE}={provider.sign_in().browser.cookies[COOKIE]}"


@each_endpoint
def test_what_is_made_of_the_endpoints(operation: Operation, provider: RunningProvider) -> None:
    attack(operation, provider)


@each_endpoint
def test_the_same_from_a_client_and_a_person_who_are_known(
    operation: Operation, provider: RunningProvider, client: RelyingParty, known_cookie: str
) -> None:
    attack(operation, provider, lambda: {"Cookie": known_cookie, **client.proven({})[1]})


def test_what_is_made_of_the_api(provider: RunningProvider) -> None:
    described = httpx.get(f"{provider.address}/api/v1/openapi.json", trust_env=False).json()
    operations = _operations(described)
    assert operations
    for operation in operations.values():
        attack(operation, provider)


def attack(operation: Operation, provider: RunningProvider, proof: Callable[[], dict[str, str]] = dict) -> None:
    """Sends what is made of an operation, with what `proof` gives each time among its headers; the server may not fail."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @seed(_SEED)
    @given(case=operation.as_strategy())
    def send(case: Case) -> None:
        case.headers.update(proof())
        assert status_of(case, provider) < SERVER_ERROR, case.as_curl_command()

    send()


def status_of(case: Case, provider: RunningProvider) -> int:
    """The status of the answer; where it leads is not followed."""
    return case.call(base_url=provider.address, allow_redirects=False).status_code
