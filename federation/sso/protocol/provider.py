"""What does the hub say to a client's request?

Authlib's server with our tables. There is one for each request: it knows the transaction and the moment, and nothing of the
request before.
"""

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc9207 import IssuerParameter

from federation.accounts.models import Outcome, SecurityEventKind
from federation.clients.knowing import known_client
from federation.clients.models import LONGEST_CLIENT_ID, Client
from federation.sso import tokens
from federation.sso.calls import Call
from federation.sso.discovery import TOKEN
from federation.sso.protocol.granting import S256, CodeGrant, IdToken, RefreshGrant
from federation.sso.protocol.messages import Answer, Request
from federation.sso.protocol.parties import Party
from federation.sso.protocol.proofs import METHODS, Assertions, check_one_way, refuse_after_many


class Provider(AuthorizationServer):  # type: ignore[misc]
    """The hub as OpenID Provider, in one request."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call
        self._found: dict[str, Party | None] = {}
        self.register_grant(CodeGrant, [S256(), IdToken()])
        self.register_grant(RefreshGrant, [IdToken()])
        self.register_client_auth_method(METHODS[1], Assertions(call, token_endpoint=call.issuer + TOKEN))
        self.register_extension(_Issuer())

    def request(self, method: str, path: str, parameters: dict[str, str], headers: dict[str, str] | None = None) -> Request:
        """A request to this server."""
        return Request(self.call, method, path, parameters, headers)

    def client(self, request: Request) -> Client:
        """Who makes the request, by what it shows; raises Authlib's `InvalidClientError`, which is written down."""
        return self.authenticate_client(request, METHODS).row

    def refusal(self, error: OAuth2Error, *, state: str | None = None, redirect_uri: str | None = None) -> Answer:
        """How a client is told that its request is refused: at `redirect_uri` with its `state`, or to its face."""
        error.redirect_uri, error.state = redirect_uri, state
        answer = Answer.of(*error(None))
        self.execute_hook("after_create_authorization_response", answer)
        return answer

    # What Authlib asks for:

    def create_oauth2_request(self, request: Request) -> Request:
        """It is in that form already."""
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        """In our form."""
        return Answer.of(status, body, headers)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def query_client(self, client_id: str) -> Party | None:
        """The client, unless it is disabled; looked up once, however often a step asks."""
        if client_id not in self._found:
            row = known_client(self.call.session, client_id) if len(client_id) <= LONGEST_CLIENT_ID else None
            self._found[client_id] = Party(row) if row and row.disabled_at is None else None
        return self._found[client_id]

    def authenticate_client(self, request: Request, methods: list[str], endpoint: str = "token") -> Party:
        """Who shows one of these proofs."""
        try:
            check_one_way(request)
            party: Party = super().authenticate_client(request, methods, endpoint)
        except (InvalidClientError, ValueError) as error:
            refuse_after_many(self.call)
            reason = error.description if isinstance(error, InvalidClientError) else "the proof cannot be read"
            said = request.parameters.get("client_id", "")[:LONGEST_CLIENT_ID]
            self.call.note(SecurityEventKind.CLIENT_REFUSED, client=None, outcome=Outcome.REFUSED, said=said, reason=reason)
            raise InvalidClientError(description=reason, status_code=401) from error
        if request.parameters.get("client_id", party.client_id) != party.client_id:
            raise InvalidRequestError("the client_id is that of another client")
        return party

    def goes_without_challenge(self, party: Party) -> bool:
        """Whether the client need not bind its codes to itself: only one that tests the protocol, at a hub that lets it."""
        return self.call.settings.test_clients and not party.row.pkce_required

    def generate_token(self, grant_type: str, client: Party, **wanted: Any) -> dict[str, Any]:
        """An answer without its tokens, which `save_token` makes and keeps in one go."""
        lifetime = int(tokens.ACCESS_LIFETIME.total_seconds())
        return {"token_type": "Bearer", "expires_in": lifetime, "scope": wanted["scope"]}

    def save_token(self, token: dict[str, Any], request: Request) -> None:
        """Makes the tokens, keeps their hashes, and puts them into the answer."""
        session, at = self.call.session, self.call.at
        authorization = request.granted.authorization
        token["access_token"] = tokens.issue_access(session, authorization, scope=token["scope"], at=at)
        if request.refresh_token is None:
            token["refresh_token"] = tokens.issue_refresh(session, authorization, at=at)
            return
        successor = request.refresh_token.successor
        if request.refresh_token.is_first:
            tokens.issue_refresh(session, authorization, at=at, token=successor)
        token["refresh_token"] = successor


class _Issuer(IssuerParameter):  # type: ignore[misc]
    """Says in every answer by way of a browser who gives it (RFC 9207)."""

    def __call__(self, server: Provider) -> None:
        self._name = server.call.issuer
        super().__call__(server)

    def get_issuer(self) -> str:
        """The hub."""
        return self._name
