"""How does the district speak with the provider of the city?

Authlib's client builds the requests and exchanges codes. It has no eye for `iss` in answers and none for the kind of a token,
keeps keys for as long as the process lives, and its Flask flavour wants to be in a request: so it is used without Flask, and
what a token proves is checked here (OpenID Connect Core 1.0, section 3.1.3.7; RFC 9207; RFC 9700).
"""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet
from requests import HTTPError, RequestException

from tenants.errors import AnswerRefused, HubUnavailable, SessionRefused
from tenants.sso.flaws import Flaw, refused_for
from tenants.sso.models import Identity

CALLBACK_PATH = "/sign-in/callback"
LOGOUT_PATH = "/sign-in/back-channel-logout"
SIGNED_OUT_PATH = "/signed-out"

LEEWAY = timedelta(seconds=90)
"""How far two clocks may be apart."""

_SCOPE = "openid profile roles"
_ALGORITHMS = ["ES256", "RS256"]
_TIMEOUT_SECONDS = 3.0
_PROOF_SECONDS = 60
_METADATA_SECONDS = 3600.0
# Whoever sends tokens with keys that nobody has must not make us ask the hub each time.
_KEYS_SECONDS = 5.0
_SILENT_SECONDS = 10.0
_SILENT = "The city's sign-in does not answer. Try again in a few minutes."
_REFUSALS = range(400, 500)
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Asked:
    """What a browser was sent to the provider with, and by what its answer is known; the face keeps it for that browser.

    `authenticated_after` is since when, in seconds since 1970, its person must have shown who they are, if that was asked for.
    """

    address: str
    state: str
    nonce: str
    code_verifier: str
    authenticated_after: int | None


@dataclass(frozen=True)
class Granted:
    """What the provider handed out, and whom it says it is about; `identity` comes of the ID token."""

    identity: Identity
    id_token: str
    refresh_token: str | None


@dataclass(frozen=True)
class SignedOut:
    """Who signed out at the provider: everybody in the session `sid` or, without, whoever is `subject`."""

    jti: str
    sid: str | None
    subject: str | None
    expires_at: datetime


@dataclass
class Provider:
    """The provider `issuer`, which knows this district's program as `client_id` and by the public half of `key`.

    `ticks` are seconds of a clock that never goes back. Raises `HubUnavailable` where it does not answer, `AnswerRefused` where
    what it answers proves nothing, and `SessionRefused` where it stands by a session no longer.
    """

    issuer: str
    client_id: str
    key: ECKey = field(repr=False)
    public_url: str
    ticks: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._client: _Client | None = None
        self._known_at = self._keys_at = self._silent_until = float("-inf")
        self._turn = threading.Lock()

    def look(self) -> None:
        """Sees whether it answers, before somebody is sent there from the middle of their work; raises `HubUnavailable`."""
        if self._discovered() is None:
            raise HubUnavailable(_SILENT)

    def ask(self, *, language: str, assurance: int, within: timedelta | None = None) -> Asked:
        """Where to send a browser so that its person signs in, and is as surely who they are as `assurance` says.

        They come back with a sign-in that is `within` so much time, however far the clocks are apart, and stays so for as long
        as it takes to press a button: whoever showed longer ago who they are shows it anew.
        """
        wanted, authenticated_after = {"acr_values": str(assurance), "ui_locales": language}, None
        if within is not None:
            seconds = int((within - 2 * LEEWAY).total_seconds())
            wanted["max_age"], authenticated_after = str(seconds), int(time.time()) - seconds
        begun = self._known().create_authorization_url(self.public_url + CALLBACK_PATH, **wanted)
        return Asked(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"], authenticated_after)

    def take_code(self, code: str, *, nonce: str, code_verifier: str, authenticated_after: int | None = None) -> Granted:
        """What the provider gives for the code with which a browser came back; the rest is what it was asked with."""
        said = self._exchange(
            grant_type="authorization_code",
            code=code,
            code_verifier=code_verifier,
            redirect_uri=self.public_url + CALLBACK_PATH,
        )
        granted = self._granted(said, nonce=nonce)
        if authenticated_after is not None:
            earliest = datetime.fromtimestamp(authenticated_after, UTC) - LEEWAY
            _refuse_unless(granted.identity.authenticated_at >= earliest, Flaw.OLD)
        return granted

    def renew(self, refresh_token: str) -> Granted:
        """What the provider says now of whom it gave this token for."""
        try:
            said = self._exchange(grant_type="refresh_token", refresh_token=refresh_token)
        except AnswerRefused as refusal:
            raise SessionRefused("The city does not stand by this sign-in any more. Sign in again.") from refusal
        return self._granted(said, nonce=None)

    def ending(self, id_token: str | None) -> str:
        """Where to send a browser so that its person is signed out in the whole city."""
        client = self._known()
        ended = client.create_logout_url(
            post_logout_redirect_uri=self.public_url + SIGNED_OUT_PATH,
            id_token_hint=id_token,
            client_id=self.client_id,
        )
        return str(ended["url"])

    def take_logout(self, token: str) -> SignedOut:
        """Who signed out, by a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""
        said = self._decode(token, "logout+jwt")
        claims = said.claims
        _refuse_unless(claims.get("iss") == self.issuer, Flaw.ISSUER)
        _refuse_unless(self.client_id in _listed(claims.get("aud")), Flaw.AUDIENCE)
        _refuse_unless("nonce" not in claims, Flaw.NONCE)
        events = claims.get("events")
        _refuse_unless(isinstance(events, dict) and isinstance(events.get(_LOGOUT_EVENT), dict), Flaw.EVENT)
        jti, sid, subject = (claims.get(name) for name in ("jti", "sid", "sub"))
        _refuse_unless(bool(_text(jti)) and bool(_text(sid) or _text(subject)), Flaw.NOBODY)
        return SignedOut(str(jti), _text(sid), _text(subject), self._period(claims))

    def _granted(self, said: dict[str, Any], *, nonce: str | None) -> Granted:
        id_token = str(said.get("id_token") or "")
        proven = self._proven(id_token, nonce=nonce, access_token=said.get("access_token"))
        client = self._known()
        told: dict[str, Any] = self._reached(lambda: client.userinfo(token=said))
        # The one says who signed in, the other who that is: only together do they say anything (section 5.3.2).
        _refuse_unless(told.get("sub") == proven.get("sub"), Flaw.PERSONS)
        try:
            identity = _read_identity(proven, told)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise refused_for(Flaw.CLAIMS) from error
        return Granted(identity, id_token, said.get("refresh_token"))

    def _proven(self, id_token: str, *, nonce: str | None, access_token: str | None) -> dict[str, Any]:
        """What an ID token says that holds here and now."""
        token = self._decode(id_token, "JWT")
        options = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}}
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": access_token}
        claims = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(now=int(time.time()), leeway=int(LEEWAY.total_seconds()))
        except JoseError as error:
            self._refuse_other_clock(token.claims)
            raise refused_for(Flaw.EXPIRED if isinstance(error, ExpiredTokenError) else Flaw.CLAIMS) from error
        self._refuse_other_clock(claims)
        return dict(claims)

    def _period(self, claims: dict[str, Any]) -> datetime:
        """Until when the token counts, which counts now."""
        _refuse_unless(all(isinstance(claims.get(name), int) for name in ("iat", "exp")), Flaw.TIME)
        self._refuse_other_clock(claims)
        _refuse_unless(claims["exp"] > time.time() - LEEWAY.total_seconds(), Flaw.EXPIRED)
        return datetime.fromtimestamp(claims["exp"], UTC)

    def _refuse_other_clock(self, claims: dict[str, Any]) -> None:
        """What was issued just now says so: otherwise one of the two clocks is wrong, and no period means anything."""
        issued = claims.get("iat")
        apart = time.time() - issued if isinstance(issued, int | float) else 0.0
        if abs(apart) > LEEWAY.total_seconds():
            raise AnswerRefused(
                "The clocks of this district and of the hub are %(minutes)s minutes apart. Tell who runs this program.",
                minutes=max(1, round(abs(apart) / 60)),
            )

    def _decode(self, token: str, kind: str) -> jwt.Token:
        """A token of the provider's, of this kind; with the newest keys where it names one that is not known here."""
        try:
            header = jws.extract_compact(token.encode()).headers()
            _refuse_unless(str(header.get("typ", "JWT")).lower() == kind.lower(), Flaw.KIND)
            _refuse_unless(isinstance(header.get("kid"), str), Flaw.KEY)
            try:
                return jwt.decode(token, self._keys(), algorithms=_ALGORITHMS)
            except InvalidKeyIdError:
                return jwt.decode(token, self._keys(newest=True), algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise refused_for(Flaw.SIGNATURE) from error

    def _keys(self, *, newest: bool = False) -> KeySet:
        client = self._known()
        with self._turn:
            force = newest and self.ticks() - self._keys_at > _KEYS_SECONDS
            if force:
                self._keys_at = self.ticks()
            return KeySet.import_key_set(self._reached(lambda: client.fetch_jwk_set(force=force)))

    def _exchange(self, **parameters: str) -> dict[str, Any]:
        client = self._known()
        try:
            said: dict[str, Any] = self._reached(lambda: client.fetch_access_token(**parameters))
        except OAuthError as error:
            raise AnswerRefused("The city refuses this sign-in (%(what)s).", what=error.error) from error
        return said

    def _reached(self, ask: Callable[[], Any]) -> Any:
        """What the provider answers. Where it has just not done so, nobody waits for it again: a city may be away for long."""
        if self.ticks() < self._silent_until:
            raise HubUnavailable(_SILENT)
        try:
            return ask()
        except (RequestException, ValueError) as error:
            status = error.response.status_code if isinstance(error, HTTPError) and error.response is not None else None
            if status in _REFUSALS:
                raise AnswerRefused("The city refuses this sign-in (%(what)s).", what=status) from error
            self._silent_until = self.ticks() + _SILENT_SECONDS
            raise HubUnavailable(_SILENT) from error

    def _known(self) -> "_Client":
        """The client, which knows where everything is at the provider, as of an hour ago or, where that is silent, longer."""
        with self._turn:
            if self._client is None or self.ticks() - self._known_at > _METADATA_SECONDS:
                self._client = self._discovered() or self._client
                self._known_at = self.ticks()
            if self._client is None:
                self._known_at = float("-inf")
                raise HubUnavailable(_SILENT)
            return self._client

    def _discovered(self) -> "_Client | None":
        client = _Client(self)
        try:
            metadata = self._reached(client.load_server_metadata)
        except (AnswerRefused, HubUnavailable):
            return None
        if metadata.get("issuer") != self.issuer:
            raise refused_for(Flaw.ISSUER)
        return client


class _Proof(PrivateKeyJWT):  # type: ignore[misc]
    """Authlib's proof that the program is itself, for a minute and not for an hour."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """An assertion (RFC 7523) for whom it was made."""
        said = {"client_id": auth.client_id, "token_endpoint": token_endpoint, "alg": self.alg}
        return str(private_key_jwt_sign(auth.client_secret, header=self.headers, expires_in=_PROOF_SECONDS, **said))


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
    """Authlib's client, with an end to waiting, no other way than the one it was sent, and the machine's own authorities."""

    client_cls = OAuth2Session

    def __init__(self, provider: Provider) -> None:
        """For the program that `provider` knows."""
        own_authorities = ssl.get_default_verify_paths()
        super().__init__(
            framework=None,
            client_id=provider.client_id,
            client_secret=provider.key,
            server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": _SCOPE,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": PrivateKeyJWT.name,
                "default_timeout": _TIMEOUT_SECONDS,
                "max_redirects": 0,
                "verify": own_authorities.cafile or own_authorities.capath or True,
                "trust_env": provider.issuer.startswith("https://"),
            },
            client_auth_methods=[_Proof(provider.issuer, headers={"kid": provider.key.thumbprint()}, alg="ES256")],
        )

    def _on_update_token(self, *_: object, **__: object) -> None:
        """Nobody asks: tokens are kept with the session that they belong to."""


def _read_identity(proven: dict[str, Any], told: dict[str, Any]) -> Identity:
    return Identity(
        subject=_required(proven, "sub"),
        sid=_required(proven, "sid"),
        name=str(told.get("name") or ""),
        assurance=int(proven.get("acr", 0)),
        authenticated_at=datetime.fromtimestamp(int(proven["auth_time"]), UTC),
        volunteer_id=_text(told.get("volunteer_id")),
        aliases=tuple(map(str, told.get("former_volunteer_ids") or ())),
        roles=tuple(map(str, told.get("roles") or ())),
    )


def _required(claims: dict[str, Any], name: str) -> str:
    found = _text(claims[name])
    if not found:
        raise ValueError(name)
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse_unless(holds: bool, flaw: Flaw) -> None:
    if not holds:
        raise refused_for(flaw)
