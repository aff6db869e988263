"""Does the hub pass what the suite's Config plan looks at?"""

import httpx
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

from tests.support.provider import RunningProvider


def test_oidcc_discovery_endpoint_verification(provider: RunningProvider) -> None:
    answer = httpx.get(get_well_known_url(provider.address, external=True), trust_env=False)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    metadata = answer.json()
    OpenIDProviderMetadata(metadata).validate()
    assert metadata["issuer"] == provider.address
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
    for name, address in metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            assert address.startswith(provider.address + "/"), name


def test_the_same_is_found_where_oauth_looks(provider: RunningProvider) -> None:
    answer = httpx.get(f"{provider.address}/.well-known/oauth-authorization-server", trust_env=False)
    AuthorizationServerMetadata(answer.json()).validate()


def test_the_published_keys_are_public_and_each_has_a_name_of_its_own(provider: RunningProvider) -> None:
    answer = httpx.get(f"{provider.address}/jwks.json", trust_env=False)
    keys = answer.json()["keys"]
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert sorted(key["alg"] for key in keys) == ["ES256", "ES256", "RS256", "RS256"]
    assert len({key["kid"] for key in keys}) == 4
    assert all(key["use"] == "sig" for key in keys)
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for key in keys for name in key}
