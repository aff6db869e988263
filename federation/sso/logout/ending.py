"""Who is to be signed out when a client sends somebody here for that, and where do they go then?"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest

from federation.accounts.models import AccountSession
from federation.clients.addresses import origin_of
from federation.errors import RequestRefused
from federation.sso.calls import Call
from federation.sso.discovery import END_SESSION
from federation.sso.keys.signing import read_id_token
from federation.sso.models import ClientSession
from federation.sso.protocol.messages import read_parameters
from federation.sso.protocol.provider import Provider


@dataclass(frozen=True)
class SignOut:
    """What a client asked for, and whether it is certain that it is meant for whoever sits there.

    `redirect_uri` is where the person goes afterwards, where the client may say so, and `leads_to` its origin; `parameters` are
    what it sent.
    """

    certain: bool
    redirect_uri: str | None
    leads_to: str | None
    client_name: str | None
    parameters: dict[str, str]


def read_sign_out(call: Call, pairs: Iterable[tuple[str, str]], account_session: AccountSession | None) -> SignOut:
    """What is asked (OpenID Connect RP-Initiated Logout 1.0); raises `RequestRefused`, and then nobody is sent anywhere.

    Only an ID token of this very session makes it certain: any other page could hold one of somebody else's.
    """
    try:
        parameters = read_parameters(pairs)
        provider = Provider(call)
        provider.register_endpoint(_EndSession)
        request = provider.request("POST", END_SESSION, parameters)
        asked: EndSessionRequest = provider.validate_endpoint_request(_EndSession.ENDPOINT_NAME, request)
    except (OAuth2Error, ValueError) as error:
        raise RequestRefused(_NOT_SO) from error
    if "post_logout_redirect_uri" in parameters and asked.redirect_uri is None and asked.id_token_claims is not None:
        raise RequestRefused(_NOT_SO)
    return SignOut(
        certain=account_session is None or _is_of(call, asked.id_token_claims, account_session),
        redirect_uri=asked.redirect_uri,
        leads_to=origin_of(asked.redirect_uri) if asked.redirect_uri else None,
        client_name=asked.client.row.name if asked.client else None,
        parameters={name: value for name, value in parameters.items() if name in _KNOWN},
    )


_KNOWN = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
_NOT_SO = (
    "The program that sent you here to sign out did not say so in a way that the hub understands. "
    "Nobody was signed out; you can do that on your account’s page."
)


def _is_of(call: Call, claims: dict[str, Any] | None, account_session: AccountSession) -> bool:
    """Whether the ID token was given in this session."""
    if claims is None or claims.get("sub") != str(account_session.account_id):
        return False
    try:
        client_session = call.session.get(ClientSession, uuid.UUID(str(claims.get("sid"))))
    except ValueError:
        return False
    return client_session is not None and client_session.account_session_id == account_session.id


class _EndSession(EndSessionEndpoint):  # type: ignore[misc]
    """Authlib's endpoint, which takes an ID token of the hub for a hint, and no other token that its keys signed."""

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        call: Call = self.server.call
        claims = read_id_token(call.session, id_token_hint, issuer=call.issuer)
        if claims is None:
            raise InvalidRequestError("the id_token_hint is no ID token of this issuer")
        return claims
