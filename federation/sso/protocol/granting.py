"""What does a client get for a code, and for a refresh token?

Authlib's grants go through the protocol's steps. Where they would read a code or a token, hand out tokens and only then cross
it out, these cross it out first; of several processes one alone can.
"""

from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDToken
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from federation.accounts.models import Account, Outcome, SecurityEventKind
from federation.accounts.sessions import OPENING
from federation.sso import id_tokens, tokens
from federation.sso.bearers import hash_of, new_bearer
from federation.sso.calls import Call
from federation.sso.models import Authorization, ClientSession, RefreshToken
from federation.sso.protocol.messages import Request
from federation.sso.protocol.parties import Party
from federation.sso.protocol.proofs import METHODS
from federation.sso.reaching import Reached
from sync.messages.envelope import new_uuid

_WHOSE = joinedload(Authorization.client_session).joinedload(ClientSession.account_session).options(*OPENING)
# Built once: that takes longer than to ask it.
_BY_CODE = (
    select(Authorization)
    .where(Authorization.code_hash == bindparam("code_hash"))
    .options(_WHOSE)
    .with_for_update(of=Authorization)
)
CODE_LIFETIME = timedelta(seconds=60)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """A code for a person who is signed in; tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_authorization_code(self) -> str:
        """A new code."""
        return new_bearer()

    def save_authorization_code(self, code: str, request: Request) -> None:
        """Keeps what the code stands for; `request.user` is how the person was reached."""
        call: Call = self.server.call
        reached: Reached = request.user
        call.session.add(
            Authorization(
                id=new_uuid(),
                client_session_id=reached.client_session.id,
                scope=request.scope,
                nonce=request.parameters.get("nonce"),
                redirect_uri=request.parameters["redirect_uri"],
                authenticated_at=reached.account_session.authenticated_at,
                methods=reached.account_session.methods,
                assurance=reached.account_session.assurance,
                code_hash=hash_of(code),
                code_challenge=request.parameters.get("code_challenge"),
                code_expires_at=call.at + CODE_LIFETIME,
            )
        )

    def query_authorization_code(self, code: str, client: Party) -> "Code | None":
        """What the code stands for, the first time that anybody shows it, whoever that is; from then on it is burnt."""
        call: Call = self.server.call
        found = call.session.scalars(_BY_CODE, {"code_hash": hash_of(code)}).unique().one_or_none()
        if found is None:
            return None
        if not found.burn_code(at=call.at):
            found.revoke(because="its code was shown again", at=call.at)
            call.note(SecurityEventKind.CODE_REPLAYED, client=client.row, account=found.account, outcome=Outcome.REFUSED)
            return None
        usable = call.at < found.code_expires_at and found.is_alive(at=call.at)
        return Code(found) if usable and found.client is client.row else None

    def authenticate_user(self, code: "Code") -> Account:
        """Whose it is."""
        self.request.authorization = code.row
        return code.row.account

    def delete_authorization_code(self, code: "Code") -> None:
        """Nothing more: it is burnt."""


class Code:
    """A code, in the form that Authlib knows."""

    def __init__(self, row: Authorization) -> None:
        self.row = row
        self.code_challenge = row.code_challenge
        self.code_challenge_method = S256.ONLY

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """What its tokens open."""
        return self.row.scope


class S256(CodeChallenge):  # type: ignore[misc]
    """Wants a challenge of every client, not of public ones alone, and takes it in one form (RFC 7636, section 4.2)."""

    ONLY = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = (ONLY,)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Raises Authlib's `InvalidRequestError`."""
        parameters = grant.request.parameters
        given = {"code_challenge", "code_challenge_method"} & set(parameters)
        if not given and grant.server.goes_without_challenge(grant.request.client):
            return
        if parameters.get("code_challenge_method") != self.ONLY:
            raise InvalidRequestError("a code_challenge is wanted, with the code_challenge_method S256")
        super().validate_code_challenge(grant, redirect_uri)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """The next tokens for a refresh token, which is exchanged each time."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> "Refresh | None":
        """The token, where it is known and its family opens anything."""
        call: Call = self.server.call
        row = tokens.refresh_token(call.session, refresh_token)
        usable = row is not None and call.at < row.expires_at and row.authorization.is_alive(at=call.at)
        return Refresh(row, refresh_token) if row is not None and usable else None

    def authenticate_user(self, refresh: "Refresh") -> Account:
        """Whose it is; raises Authlib's `InvalidGrantError` where the token was used, and its family ends with that."""
        call: Call = self.server.call
        authorization = refresh.row.authorization
        refresh.successor = tokens.successor_of(refresh.token, key=call.settings.successor_key)
        refresh.is_first = tokens.take(call.session, refresh.row, at=call.at)
        if not refresh.is_first and not tokens.is_repeated(call.session, refresh.row, refresh.successor, at=call.at):
            authorization.revoke(because="a refresh token was used again", at=call.at)
            authorization.client_session.end(at=call.at)
            call.note(
                SecurityEventKind.TOKEN_REUSED,
                client=authorization.client,
                account=authorization.account,
                outcome=Outcome.REFUSED,
            )
            raise InvalidGrantError
        # Somebody is at work at the client, and so has not left the hub either.
        authorization.client_session.account_session.seen_at = call.at
        self.request.authorization = authorization
        return authorization.account

    def revoke_old_credential(self, refresh: "Refresh") -> None:
        """Nothing more: it was crossed out when it was taken."""


class Refresh:
    """A refresh token, in the form that Authlib knows, and what follows it."""

    def __init__(self, row: RefreshToken, token: str) -> None:
        self.row = row
        self.token = token
        self.successor = ""
        self.is_first = False

    def check_client(self, client: Party) -> bool:
        """Whether it is the client's."""
        return self.row.authorization.client is client.row

    def get_scope(self) -> str:
        """What its tokens open at most."""
        return self.row.authorization.scope


class IdToken(OpenIDToken):  # type: ignore[misc]
    """Puts an ID token beside the others. The nonce was for the first."""

    def encode_id_token(self, token: dict[str, Any], request: Request) -> str:
        """The signed token."""
        authorization: Authorization = request.authorization
        nonce = authorization.nonce if request.authorization_code else None
        return id_tokens.issue(request.call, authorization, access_token=token["access_token"], nonce=nonce)
