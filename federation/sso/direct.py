"""What does the hub answer to a client that speaks to it directly?

Whatever is answered, the caller commits: a refusal leaves something behind as well, a burnt code or a note of who was refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from federation.accounts.models import Account, SecurityEvent
from federation.clients.models import Scope
from federation.errors import TooManyRequests
from federation.sso import asking, authorizing
from federation.sso.calls import Call
from federation.sso.claims import claims_of
from federation.sso.discovery import INTROSPECT, PUSH, REVOKE, TOKEN
from federation.sso.granted import Shown, behind_token
from federation.sso.models import AccessToken, Authorization, RefreshToken
from federation.sso.protocol.messages import Answer, Request, read_parameters
from federation.sso.protocol.parties import Party
from federation.sso.protocol.proofs import METHODS
from federation.sso.protocol.provider import Provider
from sync.databases.together import write_together

_CREATED, _OK, _UNAUTHORIZED, _TOO_MANY = 201, 200, 401, 429
_NOT_KEPT = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
_BEARER = "bearer "


@dataclass(frozen=True)
class Message:
    """A request as it came: its method, what stood in its address and in its form, and its headers."""

    method: str
    query: Sequence[tuple[str, str]]
    form: Sequence[tuple[str, str]]
    headers: Mapping[str, str]


def token(call: Call, message: Message) -> Answer:
    """Tokens for a code or a refresh token (RFC 6749, section 3.2)."""
    answer = _answer(call, message, TOKEN, lambda provider, request: provider.create_token_response(request))
    write_together(call.session, Authorization, AccessToken, RefreshToken, SecurityEvent)
    return answer


def push(call: Call, message: Message) -> Answer:
    """An address under which a browser can bring what the client has said here (RFC 9126)."""

    def act(provider: Provider, request: Request) -> Answer:
        client = provider.client(request)
        authorizing.check(call, client, request.parameters)
        parameters = authorizing.known(request.parameters)
        try:
            request_id = asking.keep(call.session, client, parameters, at=call.at, origin=client.client_id, pushed=True)
        except TooManyRequests as refusal:
            wait = ("Retry-After", str(refusal.retry_after_seconds))
            said = {"error": "temporarily_unavailable", "error_description": str(refusal)}
            return Answer.of(_TOO_MANY, said, [*_NOT_KEPT, wait])
        lifetime = int(asking.PUSHED_LIFETIME.total_seconds())
        return Answer.of(_CREATED, {"request_uri": authorizing.PUSHED + request_id, "expires_in": lifetime}, _NOT_KEPT)

    return _answer(call, message, PUSH, act)


def introspect(call: Call, message: Message) -> Answer:
    """Whether a token of the client opens anything, and what (RFC 7662)."""
    return _answer(call, message, INTROSPECT, _at_endpoint(_Introspection))


def revoke(call: Call, message: Message) -> Answer:
    """A token of the client opens nothing any more; with a refresh token goes its whole family (RFC 7009)."""
    return _answer(call, message, REVOKE, _at_endpoint(_Revocation))


def userinfo(call: Call, message: Message) -> Answer:
    """What the client may know of the person (OpenID Connect Core, section 5.3)."""
    try:
        shown = _bearer(message)
        if shown is None:
            return Answer(_UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
        found = behind_token(call.session, AccessToken, shown)
        if found is None or not found.is_active(at=call.at):
            raise InvalidTokenError
        if Scope.OPENID not in found.token.scope.split():
            raise InsufficientScopeError
    except OAuth2Error as error:
        return Answer.of(*error(None))
    granted, scope = found.granted, found.token.scope
    account, assurance = call.session.get_one(Account, granted.account_id), granted.authorization.assurance
    claims = claims_of(call.session, account, client=granted.client, scope=scope, assurance=assurance, settings=call.settings)
    return Answer.of(_OK, claims, _NOT_KEPT)


def _answer(call: Call, message: Message, path: str, act: Callable[[Provider, Request], Answer]) -> Answer:
    """What `act` answers to a form, or the refusal of what Authlib cannot read (it raises `ValueError` there)."""
    try:
        if message.query:
            raise InvalidRequestError("the parameters belong in the form, not in the address")
        provider = Provider(call)
        return act(provider, provider.request(message.method, path, read_parameters(message.form), dict(message.headers)))
    except OAuth2Error as error:
        error.redirect_uri = None  # nobody is sent anywhere: the client is told to its face
        return Answer.of(*error(None))
    except ValueError:
        return Answer.of(*InvalidRequestError("a parameter cannot be read")(None))


def _at_endpoint(kind: type) -> Callable[[Provider, Request], Answer]:
    def act(provider: Provider, request: Request) -> Answer:
        provider.register_endpoint(kind)
        answer: Answer = provider.create_endpoint_response(kind.ENDPOINT_NAME, request)  # type: ignore[attr-defined]
        return answer

    return act


def _bearer(message: Message) -> str | None:
    """The token that is shown, in the header or in the form of a POST; raises `InvalidRequestError` where it is in both."""
    given = read_parameters(message.form).get("access_token") if message.method == "POST" else None
    header = message.headers.get("Authorization", "")
    if header and given:
        raise InvalidRequestError("show the token once")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else given


def _find(call: Call, request: Request) -> Shown[AccessToken] | Shown[RefreshToken] | None:
    """The token that a form is about, whatever it is said to be."""
    shown = request.parameters.get("token")
    if shown is None:
        raise InvalidRequestError("a token is wanted")
    return behind_token(call.session, AccessToken, shown) or behind_token(call.session, RefreshToken, shown)


class _Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = METHODS

    def authenticate_token(self, request: Request, client: Party) -> Shown[AccessToken] | Shown[RefreshToken] | None:
        """The token, where it is the client's own: to others it is no token at all."""
        found = _find(request.call, request)
        return found if found and found.granted.client.client_id == client.client_id else None

    def create_introspection_payload(self, found: Shown[AccessToken] | Shown[RefreshToken] | None) -> dict[str, object]:
        """What is said of it."""
        call: Call = self.server.call
        if found is None or not found.is_active(at=call.at):
            return {"active": False}
        token, granted = found.token, found.granted
        return {
            "active": True,
            "iss": call.issuer,
            "client_id": granted.client.client_id,
            "aud": granted.client.client_id,
            "sub": str(granted.account_id),
            "sid": granted.sid,
            "scope": token.scope if isinstance(token, AccessToken) else granted.authorization.scope,
            "token_type": "Bearer" if isinstance(token, AccessToken) else "refresh_token",
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
        }


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = METHODS

    def authenticate_token(self, request: Request, client: Party) -> Shown[AccessToken] | Shown[RefreshToken] | None:
        """The token; raises Authlib's `InvalidGrantError` where it is another client's."""
        found = _find(request.call, request)
        if found is not None and found.granted.client.client_id != client.client_id:
            raise InvalidGrantError
        return found

    def revoke_token(self, found: Shown[AccessToken] | Shown[RefreshToken], request: Request) -> None:
        """Ends it."""
        call: Call = request.call
        if isinstance(found.token, AccessToken):
            found.token.revoke(at=call.at)
        else:
            found.granted.authorization.revoke(because="the client revoked it", at=call.at)
