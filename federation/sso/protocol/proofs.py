"""How does a client show that it is itself?"""

from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import func, select

from federation.accounts.models import SecurityEvent, SecurityEventKind
from federation.clients.models import Authentication
from federation.sso.bearers import hash_of
from federation.sso.calls import Call
from federation.sso.discovery import PROOF_ALGORITHMS
from federation.sso.models import ClientAssertion
from federation.sso.protocol.messages import Request
from federation.sso.protocol.parties import Party
from sync.databases.firsts import write_first

METHODS = [Authentication.CLIENT_SECRET_BASIC.value, Authentication.PRIVATE_KEY_JWT.value]
WINDOW, MOST_REFUSALS = timedelta(minutes=15), 300
_LONGEST_LIFETIME = timedelta(minutes=10)
# No clock will show it; what is later is no moment that could be kept.
_LATEST = 2**32


def check_one_way(request: Request) -> None:
    """Refuses a request that shows more than one proof, or a secret where proxies and logs would see it.

    Raises Authlib's `InvalidClientError`.
    """
    if "client_secret" in request.parameters:
        raise InvalidClientError(description="a secret belongs in the Authorization header", status_code=401)
    if "Authorization" in request.headers and "client_assertion" in request.parameters:
        raise InvalidClientError(description="show one proof, not two", status_code=401)


class TooManyRefusals(OAuth2Error):  # type: ignore[misc]
    """Whoever asks from there has been refused so often that no more of it is written down."""

    error = "temporarily_unavailable"
    status_code = 429

    def get_headers(self) -> list[tuple[str, str]]:
        """With the time after which the first of the refusals no longer counts."""
        return [*super().get_headers(), ("Retry-After", str(int(WINDOW.total_seconds())))]


def refuse_after_many(call: Call) -> None:
    """Raises `TooManyRefusals` where this address has been refused `MOST_REFUSALS` times within `WINDOW`.

    Nobody guesses a proof; but each wrong one leaves a note, and notes shall not be a way to fill the hub's disk.
    """
    row = SecurityEvent
    of_late = (row.kind == SecurityEventKind.CLIENT_REFUSED, row.at > call.at - WINDOW, row.address == call.address)
    if (call.session.scalar(select(func.count()).select_from(row).where(*of_late)) or 0) >= MOST_REFUSALS:
        raise TooManyRefusals


class Assertions(JWTBearerClientAssertion):  # type: ignore[misc]
    """Takes a signed assertion (`private_key_jwt`), once. Its audience is the hub and nobody else (RFC 7523, section 3)."""

    CLIENT_AUTH_METHOD = Authentication.PRIVATE_KEY_JWT.value

    def __init__(self, call: Call, *, token_endpoint: str) -> None:
        super().__init__()
        self._call = call
        self._audiences = [call.issuer, token_endpoint]

    def get_audiences(self) -> list[str]:
        """What an assertion to the hub is addressed to."""
        return self._audiences

    def resolve_client_public_key(self, client: Party) -> KeySet:
        """The client's registered keys."""
        if client.row.jwks is None:
            raise InvalidClientError(description="the client has no keys", status_code=401)
        return KeySet.import_key_set(client.row.jwks)  # type: ignore[arg-type]

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        """The claims of an assertion that holds; raises `InvalidClientError`."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=PROOF_ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="the assertion does not hold", status_code=401) from error
        self.verify_claims(claims)
        return claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Raises `InvalidClientError` unless they are for the hub, by the client, and for now."""
        if not isinstance(claims.get("aud"), str) or not isinstance(claims.get("exp"), int):
            raise InvalidClientError(description="the assertion needs one audience and an end", status_code=401)
        super().verify_claims(claims)

    def validate_jti(self, claims: dict[str, Any], jti: object) -> bool:
        """Whether the assertion was not shown before, which is kept as long as it could be shown again."""
        expires_at = datetime.fromtimestamp(claims["exp"], UTC) if claims["exp"] < _LATEST else None
        if not isinstance(jti, str) or expires_at is None or expires_at - self._call.at > _LONGEST_LIFETIME:
            return False
        until = expires_at + timedelta(seconds=self.leeway)
        shown = {"client_id": claims["sub"], "jti_hash": hash_of(jti), "expires_at": until}
        return write_first(self._call.session, ClientAssertion, shown)
