"""How does a test get an OpenID Provider that runs, people who are signed in there, and clients that ask it?"""

import os
import re
import secrets
import sys
import time
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from sqlalchemy.orm import Session

from federation.accounts.addresses import address_of
from federation.accounts.contacts.keeping import add_contact
from federation.accounts.models import Account, AccountSession, DistrictDuty, DistrictRole, Method
from federation.accounts.sessions import begin_session
from federation.clients.models import Algorithm, Authentication, Client
from federation.clients.registering import register_client
from federation.settings import Settings, read_settings
from federation.sso.keys import rotating
from tests.hub.peers import Hub
from tests.support import servers
from tests.support.hub import hub_environment, hub_of, program_of, settings_in_environment
from tests.support.waiting import eventually
from tests.support.web import serving_at

COOKIE = "banyan_account"
CALLBACK = "https://rp.example/callback"
SIGNED_OUT = "https://rp.example/signed-out"
_PROCESSES = 3


@dataclass
class Person:
    """Somebody with a browser, who is signed in at the hub or not."""

    browser: httpx.Client
    account_id: str = ""

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Asks for a page; where it leads is not followed."""
        return self.browser.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Sends a form."""
        return self.browser.post(path, **options)

    def send_form(self, page: httpx.Response, **changes: str | None) -> httpx.Response:
        """Sends the form of a page with its hidden fields, and `changes`."""
        return send_form(self.browser, page, **changes)


@dataclass
class RunningProvider:
    """A hub that answers at `address`, which is its issuer, too."""

    address: str
    hub: Hub
    browsers: ExitStack = field(default_factory=ExitStack)

    @property
    def settings(self) -> Settings:
        """The hub's."""
        return self.hub.settings

    def visitor(self) -> Person:
        """Somebody who is not signed in."""
        browser = httpx.Client(base_url=self.address, trust_env=False, headers={"Accept-Language": "en"})
        return Person(self.browsers.enter_context(browser))

    def add_account(self, name: str = "陈静", **known: Any) -> str:
        """A new account; gives its id."""
        with self.hub.sessions.begin() as session:
            account = Account(
                username=f"user-{uuid.uuid4().hex[:12]}",
                name=name,
                password_hash="",
                must_change_password=False,
                created_at=datetime.now(UTC),
                **known,
            )
            session.add(account)
            session.flush()
            return str(account.id)

    def add_address(self, account_id: str, written: str) -> None:
        """Lets an account be reached by it, as if a code had been sent there."""
        with self.hub.sessions.begin() as session:
            account = session.get_one(Account, uuid.UUID(account_id))
            add_contact(session, account, address_of(written), settings=self.settings, at=datetime.now(UTC))

    def give_role(self, account_id: str, district: str, role: DistrictDuty = DistrictDuty.COORDINATOR) -> None:
        """Makes somebody a district's staff."""
        held = {"district": district, "role": role, "given_by": "root", "given_at": datetime.now(UTC)}
        with self.hub.sessions.begin() as session:
            session.add(DistrictRole(account_id=uuid.UUID(account_id), **held))

    def sign_in(
        self,
        person: Person | None = None,
        *,
        account_id: str | None = None,
        methods: Collection[Method] = (Method.PASSWORD,),
        ago: timedelta = timedelta(),
    ) -> Person:
        """Signs somebody in, in their browser or in a new one, as the pages for that do, so long `ago`."""
        person = person or self.visitor()
        person.account_id = account_id or person.account_id or self.add_account()
        with self.hub.sessions.begin() as session:
            account = session.get_one(Account, uuid.UUID(person.account_id))
            at = datetime.now(UTC) - ago
            key = begin_session(session, account, methods=methods, address="203.0.113.7", user_agent="a browser", at=at)
        person.browser.cookies.clear()
        person.browser.cookies.set(COOKIE, key, domain="127.0.0.1")
        return person

    def come_back(self, person: Person, response: httpx.Response, **how: Any) -> httpx.Response:
        """Signs somebody in who was sent to the pages for that, and goes on from there."""
        request_id = request_id_of(response)
        self.sign_in(person, **how)
        return person.get("/authorize/continue", params={"request": request_id})

    def end_sessions(self, account_id: str) -> None:
        """Signs somebody out wherever they are signed in, as the account's page does."""
        with self.hub.sessions.begin() as session:
            for one in session.query(AccountSession).filter_by(account_id=uuid.UUID(account_id)):
                one.end(at=datetime.now(UTC))

    def add_client(self, client_id: str = "app:library", **changes: Any) -> "RelyingParty":
        """A new client, with a secret unless it is to have a key."""
        made = RelyingParty(self.address, client_id, redirect_uri=changes.pop("redirect_uri", CALLBACK))
        proof: dict[str, Any] = {"authentication": Authentication.CLIENT_SECRET_BASIC, "secret": made.secret}
        if changes.pop("with_key", False):
            made.key = ECKey.generate_key("P-256", auto_kid=True)
            jwks = {"keys": [made.key.as_dict(private=False)]}
            proof = {"authentication": Authentication.PRIVATE_KEY_JWT, "jwks": jwks}
        known: dict[str, Any] = {
            "name": "图书馆",
            "redirect_uris": [made.redirect_uri],
            "post_logout_redirect_uris": [SIGNED_OUT],
            "first_party": True,
            "id_token_algorithm": Algorithm.RS256,
        }
        with self.hub.sessions.begin() as session:
            register_client(session, client_id, **(known | proof | changes), at=datetime.now(UTC))
        return made

    def rows(self, model: type[Any]) -> list[Any]:
        """What a table holds."""
        return self.hub.rows(model)

    def session(self) -> Session:
        """A transaction on the hub's database."""
        return self.hub.sessions()


@dataclass
class RelyingParty:
    """A client that follows the standards, unless a test tells it otherwise."""

    issuer: str
    client_id: str
    redirect_uri: str = CALLBACK
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    key: ECKey | None = None
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def request(self, **changes: str | None) -> dict[str, str]:
        """An authorization request; a change that is None leaves the parameter out."""
        usual = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid profile",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def authorize(self, person: Person, **changes: str | None) -> httpx.Response:
        """Sends a browser to the hub."""
        return person.get("/authorize", params=self.request(**changes))

    def code(self, person: Person, **changes: str | None) -> str:
        """Sends a browser to the hub, and takes the code with which it comes back."""
        return str(answer_of(self.authorize(person, **changes))["code"])

    def token(self, form: dict[str, str], **options: Any) -> httpx.Response:
        """Asks for tokens."""
        return self.ask("/token", form, **options)

    def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        """Exchanges a code for tokens."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.token({name: value for name, value in (usual | changes).items() if value is not None})

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        """Exchanges a refresh token for the next tokens."""
        return self.token({"grant_type": "refresh_token", "refresh_token": token, **changes})

    def tokens(self, person: Person, **changes: str | None) -> dict[str, Any]:
        """Everything that a sign-in ends with."""
        answer = self.redeem(self.code(person, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def is_active(self, token: str) -> bool:
        """Whether one of its own tokens opens anything."""
        return bool(self.ask("/introspect", {"token": token}).json()["active"])

    def ask(self, path: str, form: dict[str, str], **options: Any) -> httpx.Response:
        """Sends a form directly, with what shows who it is."""
        if "auth" not in options and "headers" not in options:
            form, headers = self.proven(form)
            options["headers"] = headers
        return httpx.post(self.issuer + path, data=form, trust_env=False, **options)

    def proven(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """A form and headers with this client's proof."""
        if self.key is None:
            both = b64encode(f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}".encode()).decode()
            return form, {"Authorization": f"Basic {both}"}
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return form | {"client_assertion_type": kind, "client_assertion": self.assertion()}, {}

    def assertion(self, **changes: Any) -> str:
        """What a client with a key signs to show who it is."""
        assert self.key is not None
        now = int(time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "iat": now, "exp": now + 60}
        claims |= {"jti": secrets.token_urlsafe(16)} | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, kept, self.key)

    def read(self, id_token: str) -> dict[str, Any]:
        """What an ID token says whose signature holds by the hub's published keys."""
        published = KeySet.import_key_set(httpx.get(f"{self.issuer}/jwks.json", trust_env=False).json())
        return dict(jwt.decode(id_token, published, algorithms=["RS256", "ES256"]).claims)

    def userinfo(self, access_token: str) -> httpx.Response:
        """What it may know of the person."""
        return httpx.get(f"{self.issuer}/userinfo", headers={"Authorization": f"Bearer {access_token}"}, trust_env=False)


def challenge_of(verifier: str) -> str:
    """RFC 7636's S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answer_of(response: httpx.Response, *, redirect_uri: str = CALLBACK) -> dict[str, str]:
    """With what a browser is sent back to the client."""
    assert response.status_code == 303, response.text
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == redirect_uri, response.headers["Location"]
    pairs = parse_qsl(address.query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def request_id_of(response: httpx.Response) -> str:
    """Under which id a request waits while the person signs in."""
    assert response.status_code == 303, response.text
    address = urlsplit(response.headers["Location"])
    assert (address.netloc, address.path) == ("", "/sign-in"), response.headers["Location"]
    return dict(parse_qsl(address.query))["request"]


def send_form(browser: httpx.Client, page: httpx.Response, **changes: str | None) -> httpx.Response:
    """Sends the form in a page's main part."""
    main = page.text[page.text.index("<main") :]
    found = re.search(r'<form method="post" action="([^"]+)"', main)
    assert found, main
    inputs = (dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall(r"<input [^>]*>", main))
    hidden = {one["name"]: one["value"] for one in inputs if one.get("type") == "hidden"}
    fields = {name: value for name, value in (hidden | changes).items() if value is not None}
    return browser.post(page.url.join(found[1]), data=fields)


@contextmanager
def running_provider(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, database_url: str | None = None, **changes: Any
) -> Iterator[RunningProvider]:
    """A provider on a database of its own, in a server of this process, that speaks to clients on this machine."""
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("BANYAN_PUBLIC_URL", address)
    settings = settings_in_environment(monkeypatch, database_url or f"sqlite:///{folder / 'hub.db'}", folder)
    settings = replace(settings, secure_cookies=False, client_networks=(ip_network("127.0.0.0/8"),), **changes)
    with hub_of(settings) as hub:
        with hub.sessions.begin() as session:
            rotating.create_missing(session, cipher=settings.field_cipher, at=datetime.now(UTC))
        with program_of(settings) as app, serving_at(app, port), ExitStack() as browsers:
            yield RunningProvider(address, hub, browsers)


@contextmanager
def provider_of_several_processes(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, database_url: str
) -> Iterator[RunningProvider]:
    """A provider as it is served, by gunicorn with several processes; its log is `web.log` in `folder`."""
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}"
    environment = hub_environment(database_url, folder, PUBLIC_URL=address, SECURE_COOKIES="false")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with hub_of(read_settings()) as hub:
        with hub.sessions.begin() as session:
            rotating.create_missing(session, cipher=hub.settings.field_cipher, at=datetime.now(UTC))
        program = Path(sys.executable).with_name("banyan-hub")
        served = ["web", "--bind", f"127.0.0.1:{port}", "--workers", str(_PROCESSES), "--threads", "4"]
        process = servers.start([program, *served], output=folder / "web.log", env={**os.environ, **environment})
        try:
            eventually(lambda: _answers(address))
            with ExitStack() as browsers:
                yield RunningProvider(address, hub, browsers)
        finally:
            servers.stop(process)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def client_row(session: Session, client_id: str) -> Client:
    """What the hub knows of a client."""
    return session.get_one(Client, client_id)
