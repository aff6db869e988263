"""What does a client get for a code, and for a refresh token?

Authlib's grants go through the protocol's steps. Where they would read a code or a token, hand out tokens and only then cross
it out, these cross it out first; of several processes one alone can.
"""

import uuid
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDToken

from federation.accounts.models import Outcome, SecurityEventKind
from federation.accounts.sessions import note_use
from federation.sso import id_tokens, tokens
from federation.sso.bearers import hash_of, new_bearer
from federation.sso.calls import Call
from federation.sso.granted import Granted, Shown, behind_code, behind_token
from federation.sso.models import Authorization, ClientSession, RefreshToken
from federation.sso.protocol.messages import Request
from federation.sso.protocol.parties import Party
from federation.sso.protocol.proofs import METHODS
from federation.sso.reaching import Reached
from sync.uuids import new_uuid

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
                client_session_id=reached.client_session_id,
                scope=request.scope,
                nonce=request.parameters.get("nonce"),
                redirect_uri=request.parameters["redirect_uri"],
                authenticated_at=reached.opening.authenticated_at,
                methods=reached.opening.methods,
                assurance=reached.opening.assurance,
                code_hash=hash_of(code),
                code_challenge=request.parameters.get("code_challenge"),
                code_expires_at=call.at + CODE_LIFETIME,
            )
        )

    def query_authorization_code(self, code: str, client: Party) -> "Code | None":
        """What the code stands for, the first time that anybody shows it, whoever that is; from then on it is burnt."""
        call: Call = self.server.call
        found = behind_code(call.session, code)
        if found is None:
            return None
        if not found.authorization.burn_code(at=call.at):
            found.authorization.revoke(because="its code was shown again", at=call.at)
            replayed, refused = SecurityEventKind.CODE_REPLAYED, Outcome.REFUSED
            call.note(replayed, client=client.row, account_id=found.account_id, outcome=refused)
            return None
        usable = call.at < found.authorization.code_expires_at and found.stands(at=call.at)
        return Code(found) if usable and found.client.client_id == client.client_id else None

    def authenticate_user(self, code: "Code") -> uuid.UUID:
        """Whose it is."""
        self.request.granted = code.granted
        return code.granted.account_id

    def delete_authorization_code(self, code: "Code") -> None:
        """Nothing more: it is burnt."""


class Code:
    """A code, in the form that Authlib knows."""

    def __init__(self, granted: Granted) -> None:
        self.granted = granted
        self.code_challenge = granted.authorization.code_challenge
        self.code_challenge_method = S256.ONLY

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.granted.authorization.redirect_uri

    def get_scope(self) -> str:
        """What its tokens open."""
        return self.granted.authorization.scope


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
        found = behind_token(call.session, RefreshToken, refresh_token)
        usable = found is not None and call.at < found.token.expires_at and found.granted.stands(at=call.at)
        return Refresh(found, refresh_token) if found is not None and usable else None

    def authenticate_user(self, refresh: "Refresh") -> uuid.UUID:
        """Whose it is; raises Authlib's `InvalidGrantError` where the token was used, and its family ends with that."""
        call: Call = self.server.call
        session, granted = call.session, refresh.granted
        refresh.successor = tokens.successor_of(refresh.token, key=call.settings.successor_key)
        refresh.is_first = tokens.take(session, refresh.row, at=call.at)
        if not refresh.is_first and not tokens.is_repeated(session, refresh.row, refresh.successor, at=call.at):
            granted.authorization.revoke(because="a refresh token was used again", at=call.at)
            session.get_one(ClientSession, granted.authorization.client_session_id).end(at=call.at)
            reused, refused = SecurityEventKind.TOKEN_REUSED, Outcome.REFUSED
            call.note(reused, client=granted.client, account_id=granted.account_id, outcome=refused)
            raise InvalidGrantError
        # Somebody is at work at the client, and so has not left the hub either.
        note_use(session, granted.account_session_id, at=call.at)
        self.request.granted = granted
        return granted.account_id

    def revoke_old_credential(self, refresh: "Refresh") -> None:
        """Nothing more: it was crossed out when it was taken."""


class Refresh:
    """A refresh token, in the form that Authlib knows, and what follows it."""

    def __init__(self, shown: Shown[RefreshToken], token: str) -> None:
        self.row, self.granted = shown.token, shown.granted
        self.token = token
        self.successor = ""
        self.is_first = False

    def check_client(self, client: Party) -> bool:
        """Whether it is the client's."""
        return self.granted.client.client_id == client.client_id

    def get_scope(self) -> str:
        """What its tokens open at most."""
        return self.granted.authorization.scope


class IdToken(OpenIDToken):  # type: ignore[misc]
    """Puts an ID token beside the others. The nonce was for the first."""

    def encode_id_token(self, token: dict[str, Any], request: Request) -> str:
        """The signed token."""
        nonce = request.granted.authorization.nonce if request.authorization_code else None
        return id_tokens.issue(request.call, request.granted, access_token=token["access_token"], nonce=nonce)
