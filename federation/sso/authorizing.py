"""May a client be told who sits before a browser, and what has to happen first?

A list of small steps, each of which either goes on, asks the person for something, or says why not. Until it is certain where
the answer goes, a refusal stays at the hub; from then on the client is told, with its state and in the hub's name.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError, OAuth2Error
from authlib.oidc.core.errors import (
    ConsentRequiredError,
    LoginRequiredError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)

from federation.accounts.models import SecurityEvent
from federation.accounts.sessions import note_use
from federation.clients.models import Client
from federation.errors import RequestRefused
from federation.sso import asking, consents
from federation.sso.asking import Asked
from federation.sso.calls import Call
from federation.sso.discovery import AUTHORIZE
from federation.sso.keys.signing import read_id_token
from federation.sso.models import LONGEST_NONCE, Authorization, ClientSession, Consent
from federation.sso.protocol.messages import LONGEST_VALUE, Answer, Request, read_parameters
from federation.sso.protocol.provider import Provider
from federation.sso.reaching import reach
from federation.sso.standing import Standing, standing_of
from sync.databases.together import write_together
from sync.origins import origin_of

PUSHED = "urn:ietf:params:oauth:request_uri:"
_LONGEST_AGE_DIGITS = 9
# What else comes with a request is not for the hub, and not kept.
_KNOWN = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "prompt", "max_age", "acr_values", "login_hint", "id_token_hint"),
    *("ui_locales", "request", "request_uri", "registration"),
)


@dataclass(frozen=True)
class SignInNeeded:
    """The person has to show who they are; the pages for that carry `request_id`."""

    request_id: str


@dataclass(frozen=True)
class ConsentNeeded:
    """The person has to say whether the client may know what the words of `scope` stand for, which it `asked`."""

    request_id: str
    scope: str
    asked: Asked


Next: TypeAlias = Answer | SignInNeeded | ConsentNeeded


def authorize(call: Call, pairs: Iterable[tuple[str, str]], key: str | None) -> Next:
    """What follows from a request that a browser brings, which shows the `key` of a session, if it has one.

    Raises `RequestRefused` where nobody may be told but the person, and `TooManyRequests` where too much of what came from
    there waits.
    """
    pairs = list(pairs)
    try:
        parameters = read_parameters(pairs)
    except InvalidRequestError as error:
        return _refuse_unread(call, pairs, error)
    if parameters.get("request_uri", "").startswith(PUSHED):
        parameters = _take_pushed(call, parameters)
    return _Asking(call, parameters, asked_at=call.at).next(key)


def go_on(call: Call, request_id: str, key: str | None) -> Next:
    """What follows when the person comes back from the pages for signing in; raises `RequestRefused`."""
    kept = asking.find(call.session, request_id, at=call.at)
    if kept is None:
        raise RequestRefused(_TOO_LATE)
    return _Asking(call, kept.parameters, asked_at=kept.asked_at, request_id=request_id).next(key)


def decide(call: Call, request_id: str, key: str | None, *, granted: bool) -> Next:
    """What follows when the person has said whether the client may know; raises `RequestRefused`."""
    kept = asking.find(call.session, request_id, at=call.at)
    if kept is None:
        raise RequestRefused(_TOO_LATE)
    asked = _Asking(call, kept.parameters, asked_at=kept.asked_at, request_id=request_id, decided=granted)
    return asked.next(key)


def check(call: Call, client: Client, parameters: Mapping[str, str]) -> None:
    """Raises Authlib's `OAuth2Error` unless `client` may ask so, whoever it asks about."""
    if "request_uri" in parameters:
        raise InvalidRequestError("what is pushed has no request_uri")
    provider = Provider(call)
    _check(provider, provider.request("POST", AUTHORIZE, {**parameters, "client_id": client.client_id}))


def known(parameters: Mapping[str, str]) -> dict[str, str]:
    """Those of the parameters that mean something here."""
    return {name: parameters[name] for name in _KNOWN if name in parameters}


_TOO_LATE = (
    "This request is unknown, was answered, or has waited for too long. Go back to where you came from, and begin again."
)


class _Asking:
    """A request that is to be answered, from whichever way it came.

    It was first made at `asked_at`, and is kept under `request_id` if at all; `decided` is what the person said to the client's
    learning who they are, if they were asked.
    """

    def __init__(
        self,
        call: Call,
        parameters: Mapping[str, str],
        *,
        asked_at: datetime,
        request_id: str | None = None,
        decided: bool | None = None,
    ) -> None:
        self._call, self._parameters, self._asked_at = call, known(parameters), asked_at
        self._request_id, self._decided = request_id, decided
        self._provider = Provider(call)
        self._client, self._redirect_uri = _whither(self._provider, parameters)
        self._prompts = set(parameters.get("prompt", "").split())

    def next(self, key: str | None) -> Next:
        """An answer for the client, or what the person has to do first whose browser shows `key`."""
        request = self._provider.request("GET", AUTHORIZE, self._parameters)
        try:
            hinted = _check(self._provider, request)
            asked = Asked.of(self._client, self._parameters, asked_at=self._asked_at)
            standing = self._look(key)
            if standing is None or not asked.is_met_by(standing.opening, at=self._call.at):
                return self._ask_to_sign_in(stranger=standing is None)
            if hinted is not None and hinted != str(standing.account_id):
                return self._ask_another_to_sign_in(standing)
            return self._answer(request, standing, asked)
        except OAuth2Error as error:
            self._take()
            return self._refuse(error)

    def _look(self, key: str | None) -> Standing | None:
        """How whoever sits there stands with the client; that their session is in use is noted."""
        session, at = self._call.session, self._call.at
        standing = standing_of(session, key, self._client, at=at) if key else None
        if standing is not None and not standing.opening.is_fresh(at=at):
            note_use(session, standing.account_session_id, at=at)
        return standing

    def _ask_to_sign_in(self, *, stranger: bool) -> SignInNeeded:
        if "none" in self._prompts:
            raise LoginRequiredError
        return SignInNeeded(self._kept(origin=origin_of(self._call.address) if stranger else None))

    def _ask_another_to_sign_in(self, standing: Standing) -> SignInNeeded:
        # Who has shown who they are since the request was made, and is somebody else, is not going to become the other.
        if "none" in self._prompts or standing.opening.authenticated_at >= self._asked_at:
            raise LoginRequiredError
        self._parameters["prompt"] = " ".join(sorted(self._prompts | {"login"}))
        return SignInNeeded(self._kept())

    def _answer(self, request: Request, standing: Standing, asked: Asked) -> Answer | ConsentNeeded:
        scope, consent = request.scope, standing.consent
        if self._decided is None and ("consent" in self._prompts or consents.has_to_be_asked(consent, self._client, scope)):
            if "none" in self._prompts:
                raise ConsentRequiredError
            return ConsentNeeded(self._kept(), scope, asked)
        self._take()
        if self._decided is False:
            raise AccessDeniedError
        reached = reach(self._call, self._client, standing)
        consents.use(self._call, consent, standing.account_id, self._client, scope, asked=bool(self._decided))
        answer: Answer = self._provider.create_authorization_response(
            request, grant_user=reached, grant=self._provider.get_authorization_grant(request)
        )
        write_together(self._call.session, ClientSession, Consent, Authorization, SecurityEvent)
        return answer

    def _refuse(self, error: OAuth2Error) -> Answer:
        return self._provider.refusal(error, state=self._parameters.get("state"), redirect_uri=self._redirect_uri)

    def _kept(self, *, origin: str | None = None) -> str:
        if self._request_id is None:
            session, at = self._call.session, self._asked_at
            self._request_id = asking.keep(session, self._client, self._parameters, at=at, origin=origin)
        return self._request_id

    def _take(self) -> None:
        """A request gets one answer: of two tabs that come back with it, one is too late."""
        kept, self._request_id = self._request_id, None
        if kept is not None and not asking.take(self._call.session, kept):
            raise RequestRefused(_TOO_LATE)


def _whither(provider: Provider, parameters: Mapping[str, str]) -> tuple[Client, str]:
    """The client, and the address to which its answer goes; raises `RequestRefused` where either is not as registered."""
    party = provider.query_client(parameters.get("client_id", ""))
    if party is None:
        raise RequestRefused("The program that sent you here is not known to the hub, or is not served at present.")
    redirect_uri = parameters.get("redirect_uri", "")
    if not party.check_redirect_uri(redirect_uri):
        raise RequestRefused("The program that sent you here wants you sent back to an address that it has not registered.")
    return party.row, redirect_uri


def _refuse_unread(call: Call, pairs: Iterable[tuple[str, str]], error: InvalidRequestError) -> Answer:
    """Tells the client where it is certain which it is: what says so can be read."""
    pairs = list(pairs)
    times = Counter(name for name, _ in pairs)
    once = {name: value for name, value in pairs if times[name] == 1 and len(value) <= LONGEST_VALUE}
    provider = Provider(call)
    _, redirect_uri = _whither(provider, once)
    return provider.refusal(error, state=once.get("state"), redirect_uri=redirect_uri)


def _take_pushed(call: Call, parameters: Mapping[str, str]) -> dict[str, str]:
    """What was pushed under this address, once; whatever else the browser brings is not looked at (RFC 9126, section 4)."""
    request_id = parameters["request_uri"].removeprefix(PUSHED)
    kept = asking.find(call.session, request_id, at=call.at, pushed=True)
    if kept is None or kept.client_id != parameters.get("client_id") or not asking.take(call.session, request_id):
        raise RequestRefused(_TOO_LATE)
    return dict(kept.parameters)


def _check(provider: Provider, request: Request) -> str | None:
    """Raises Authlib's `OAuth2Error` unless the request may be made; gives the `sub` that it hints at, if any."""
    parameters = request.parameters
    for name, refusal in (
        ("request", RequestNotSupportedError),
        ("request_uri", RequestURINotSupportedError),
        ("registration", RegistrationNotSupportedError),
    ):
        if name in parameters:
            raise refusal
    if not all(value.isascii() for name, value in parameters.items() if name not in {"login_hint", "ui_locales"}):
        raise InvalidRequestError("a parameter has characters beyond ASCII")
    if parameters.get("response_mode", "query") != "query":
        raise InvalidRequestError("the response_mode is not supported")
    if len(parameters.get("nonce", "")) > LONGEST_NONCE:
        raise InvalidRequestError("the nonce is too long")
    prompts = parameters.get("prompt", "").split()
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("the prompt none goes with no other")
    age = parameters.get("max_age", "0")
    if not (age.isdigit() and len(age) <= _LONGEST_AGE_DIGITS):
        raise InvalidRequestError("max_age is a number of seconds")
    try:
        provider.get_consent_grant(request)
    except ValueError as error:
        # Authlib refuses to put some characters of the request into its own refusal.
        raise InvalidRequestError("a parameter has characters that none should have") from error
    return _hinted(provider.call, parameters.get("id_token_hint"))


def _hinted(call: Call, hint: str | None) -> str | None:
    if hint is None:
        return None
    claims = read_id_token(call.session, hint, issuer=call.issuer)
    if claims is None:
        raise InvalidRequestError("the id_token_hint is no ID token of this issuer")
    return str(claims.get("sub"))
