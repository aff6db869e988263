"""How does a test have a provider that says what it is told to, true or not?

As much of OpenID Connect as a district asks for, over HTTP. What it says of people, and how, is for the test to choose; that
the district is who it says, and sticks to PKCE, it checks.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.wrappers import Response as AnyResponse

from tenants.sso.knowing import KnownProvider
from tenants.sso.models import REFRESH_INTERVAL, LocalSession, RelyingParty
from tenants.sso.setting_up import set_up
from tenants.staff.models import Role
from tests.support.desk import PASSWORD, Visitor, add_staff
from tests.support.district import District
from tests.support.web import serving

CLIENT_ID = "district:futian"
_PROVEN = ("sub", "sid", "auth_time", "acr")
"""What an ID token says of a person; the rest is told beside it."""

PUBLIC_URL = "http://localhost"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

Seal = Callable[[dict[str, Any], dict[str, Any], ECKey], str]
Change = Callable[[dict[str, Any]], None]


def _as_it_is(_said: dict[str, Any]) -> None:
    """Changes nothing."""


@dataclass
class Provider:
    """A provider of which one person is a visitor: who they are is in `person`.

    `change_answer`, `change_header`, `change_claims` and `change_person` change what it says, `seal` how that becomes a
    token, and `seconds_ahead` its clock, and `seconds_later` is it by the district's. It signs with `key`, and `keys` are
    those that it shows.
    """

    client_key: Callable[[], ECKey]
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    seconds_ahead: float = 0.0
    change_answer: Change = _as_it_is
    change_header: Change = _as_it_is
    change_claims: Change = _as_it_is
    change_person: Change = _as_it_is
    seal: Seal = jwt.encode
    away: bool = False
    refusing: str | None = None
    keys: list[ECKey] = field(default_factory=lambda: [new_key()])
    asked: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_token: str = "the first"
    seconds_later: float = 0.0

    @property
    def key(self) -> ECKey:
        """The key with which it signs."""
        return self.keys[-1]

    def say(self, claims: Mapping[str, Any], *, typ: str = "JWT", lifetime: int = 300) -> str:
        """A token of this kind."""
        at = int(time.time() + self.seconds_ahead)
        said = {"iss": self.issuer, "aud": CLIENT_ID, "iat": at, "exp": at + lifetime, **claims}
        header = {"alg": "ES256", "kid": self.key.thumbprint(), "typ": typ}
        self.change_claims(said)
        self.change_header(header)
        return self.seal(header, {name: value for name, value in said.items() if value is not None}, self.key)

    def logout_token(self, **changes: Any) -> str:
        """Its word that somebody signed out; what is changed to None it leaves out."""
        said = {"sid": self.person.get("sid"), "jti": secrets.token_hex(8), "events": {LOGOUT_EVENT: {}}, **changes}
        return self.say(said, typ="logout+jwt", lifetime=120)

    def application(self) -> Flask:
        """The provider as a program."""
        app = Flask("provider")
        app.before_request(self._note)
        app.get("/.well-known/openid-configuration")(self._metadata)
        app.get("/jwks")(lambda: jsonify(keys=[key.as_dict(private=False, kid=key.thumbprint()) for key in self.keys]))
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/userinfo")(self._userinfo)
        return app

    def _note(self) -> AnyResponse | None:
        self.calls.append(request.path)
        return Response(status=503) if self.away else None

    def _metadata(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            userinfo_endpoint=f"{self.issuer}/userinfo",
            end_session_endpoint=f"{self.issuer}/end-session",
            jwks_uri=f"{self.issuer}/jwks",
            id_token_signing_alg_values_supported=["ES256", "none", "HS256"],
        )

    def _authorize(self) -> AnyResponse:
        asked = request.args.to_dict()
        self.asked.append(asked)
        code = secrets.token_hex(8)
        self.codes[code] = asked
        answer: dict[str, Any] = {"code": code, "state": asked["state"], "iss": self.issuer}
        self.change_answer(answer)
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer, doseq=True)}", code=303)

    def _token(self) -> tuple[Response, int]:
        self._check_client()
        if self.refusing:
            return jsonify(error=self.refusing), 400
        said = {name: self.person.get(name) for name in _PROVEN}
        if request.form["grant_type"] == "authorization_code":
            asked = self.codes.pop(request.form["code"], None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=")
            if asked is None or asked["code_challenge"] != challenge.decode() or asked["code_challenge_method"] != "S256":
                return jsonify(error="invalid_grant"), 400
            said["nonce"] = asked["nonce"]
        elif request.form["refresh_token"] != self.refresh_token:
            return jsonify(error="invalid_grant"), 400
        self.refresh_token = secrets.token_hex(8)
        token = self.say(said)
        return jsonify(access_token="opaque", token_type="Bearer", id_token=token, refresh_token=self.refresh_token), 200

    def _userinfo(self) -> Response:
        assert request.headers["Authorization"] == "Bearer opaque"
        told = {name: value for name, value in self.person.items() if name == "sub" or name not in _PROVEN}
        self.change_person(told)
        return jsonify({name: value for name, value in told.items() if value is not None})

    def _check_client(self) -> None:
        assertion = jwt.decode(request.form["client_assertion"], self.client_key(), algorithms=["ES256"])
        assert assertion.header["kid"] == self.client_key().thumbprint()
        assert (assertion.claims["iss"], assertion.claims["sub"], assertion.claims["aud"]) == (
            CLIENT_ID,
            CLIENT_ID,
            self.issuer,
        )


@contextmanager
def provider_of(district: District) -> Iterator[Provider]:
    """A provider that knows the district, and that the district knows."""
    [told] = [data for event, data in _told(district) if event == "relying_party.announced.v1"]
    key = ECKey.import_key(told["key"])
    provider = Provider(client_key=lambda: key)
    with serving(provider.application()) as address:
        provider.issuer = address
        party = district.session.get_one(RelyingParty, district.settings.district)
        party.issuer, party.client_id = address, CLIENT_ID
        district.session.commit()
        known = KnownProvider(district.settings, ticks=lambda: time.monotonic() + provider.seconds_later)
        district.app.extensions["provider"] = known
        yield provider


def come_back(visitor: Visitor, provider: Provider, path: str = "/sign-in/city") -> str:
    """Sends the visitor to the provider, and gives the address of the district to which that sends them back."""
    sent = visitor.get(path)
    assert sent.headers["Location"].startswith(provider.issuer), sent.text
    answered = requests.get(sent.headers["Location"], allow_redirects=False, timeout=10)
    back = answered.headers["Location"]
    assert back.startswith(f"{PUBLIC_URL}/sign-in/callback?")
    return back.removeprefix(PUBLIC_URL)


def sign_in(visitor: Visitor, provider: Provider, path: str = "/sign-in/city") -> Any:
    """Signs the visitor in by the provider's word, and gives the page to which that leads."""
    answer = visitor.get(come_back(visitor, provider, path))
    while answer.status_code == 303:
        answer = visitor.get(answer.headers["Location"])
    return answer


def at_desk(district: District, provider: Provider, *, role: Role = Role.COORDINATOR, **changes: Any) -> Visitor:
    """A member of staff who signed in at the provider, and has linked their account in the district."""
    add_staff(district, "li", role=role)
    provider.person = somebody(**{"acr": "2", "roles": [role.value], **changes})
    visitor = Visitor(district)
    sign_in(visitor, provider, "/sign-in/desk")
    visitor.get("/sign-in")
    visitor.post("/sign-in/link", username="li", password=PASSWORD)
    return visitor


def let_the_interval_pass(district: District) -> None:
    """It is time to ask the provider again about whoever signed in by its word."""
    for held in district.session.query(LocalSession):
        held.refresh_at = held.refresh_at and held.refresh_at - REFRESH_INTERVAL
    district.session.commit()


def somebody(**changes: Any) -> dict[str, Any]:
    """What a provider says of a volunteer."""
    said = {
        "sub": secrets.token_hex(8),
        "sid": secrets.token_hex(8),
        "name": "李敏",
        "auth_time": int(time.time()),
        "acr": "1",
        "volunteer_id": "44012345678912",
        "roles": [],
    }
    return said | changes


def new_key() -> ECKey:
    """A key with which to sign."""
    return ECKey.generate_key("P-256")


def parameters_of(address: str) -> dict[str, str]:
    """What an address says behind its question mark."""
    return dict(parse_qsl(urlsplit(address).query))


def _told(district: District) -> list[tuple[str, dict[str, Any]]]:
    set_up(district.session, district.settings)
    district.session.commit()
    return [(event.type, data) for event, data in district.said()]
