"""What can a client learn of the hub before it asks for anything?"""

from typing import Any

from federation.clients.models import Algorithm, Authentication, Scope
from federation.sso.asking import ASSURANCES

AUTHORIZE = "/authorize"
PUSH = "/par"
TOKEN = "/token"  # noqa: S105 - a path
USERINFO = "/userinfo"
INTROSPECT = "/introspect"
REVOKE = "/revoke"
END_SESSION = "/end-session"
KEYS = "/jwks.json"

PROOF_ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "RS256"]
_ENDPOINTS = ("token", "revocation", "introspection")


def metadata(issuer: str) -> dict[str, Any]:
    """OpenID Provider Metadata (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2)."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "pushed_authorization_request_endpoint": issuer + PUSH,
        "token_endpoint": issuer + TOKEN,
        "userinfo_endpoint": issuer + USERINFO,
        "introspection_endpoint": issuer + INTROSPECT,
        "revocation_endpoint": issuer + REVOKE,
        "end_session_endpoint": issuer + END_SESSION,
        "jwks_uri": issuer + KEYS,
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm.value for algorithm in Algorithm],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(ASSURANCES),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": _CLAIMS,
        "ui_locales_supported": ["zh-Hans", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    } | {
        f"{endpoint}_endpoint_auth_{what}": values
        for endpoint in _ENDPOINTS
        for what, values in (
            ("methods_supported", [method.value for method in Authentication]),
            ("signing_alg_values_supported", PROOF_ALGORITHMS),
        )
    }


_CLAIMS = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"]
_CLAIMS += ["name", "volunteer_id", "former_volunteer_ids", "roles"]
_CLAIMS += ["email", "email_verified", "phone_number", "phone_number_verified"]
