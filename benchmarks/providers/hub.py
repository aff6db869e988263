"""How does the hub sign people in at a district?

The program `banyan-hub web` as in production, with everything that it keeps: sessions that can be ended from elsewhere, who
reached which district, consents, families of refresh tokens, and the security log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.providers.provider import REDIRECT_URI, SCOPE, WORKERS, District, Provider, issuer_at, new_secret, wait_for
from benchmarks.stage import Party
from federation.accounts.models import Account, Method
from federation.accounts.sessions import begin_session
from federation.clients.models import Algorithm, Authentication
from federation.clients.registering import register_client
from federation.sso import discovery
from sync.accounts.passwords import hash_of
from tests.support.hub import hub_environment
from tests.support.servers import free_port

NAME = "the hub"
PASSWORD = new_secret()
_PEOPLE = 200
_COOKIE = "banyan_account"


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[list[Provider]]:
    """The hub, once for each kind of district that it knows; the first shows a secret, as those of the others do."""
    port = free_port()
    # Nobody speaks TLS here.
    environment = hub_environment(database_url, folder, PUBLIC_URL=issuer_at(port), SECURE_COOKIES="false")
    hub = Party("banyan-hub", environment, folder / "hub.log")
    hub.run("db", "upgrade")
    hub.run("signing-key", "create")
    add_people(hub.sessions)
    key = ECKey.generate_key("P-256", auto_kid=True)
    districts = {
        NAME: District("app:plain", Algorithm.ES256, secret=new_secret()),
        f"{NAME}, RS256": District("app:rsa", Algorithm.RS256, secret=new_secret()),
        f"{NAME}, private_key_jwt": District("district:futian", Algorithm.ES256, key=key),
    }
    with hub.sessions.begin() as session:
        for district in districts.values():
            _register(session, district)
    with hub.running("web", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)):
        wait_for(port, discovery.KEYS)
        yield [
            Provider(
                name=name,
                port=port,
                authorize=discovery.AUTHORIZE,
                token=discovery.TOKEN,
                keys=discovery.KEYS,
                district=district,
                sign_in=lambda count: sign_in(hub.sessions, count),
            )
            for name, district in districts.items()
        ]
    hub.engine.dispose()


def add_people(sessions: "sessionmaker[Session]") -> None:
    """Accounts, all with the same password."""
    password_hash = hash_of(PASSWORD)
    with sessions.begin() as session:
        session.add_all(
            Account(
                username=username(number),
                name="陈静",
                password_hash=password_hash,
                must_change_password=False,
                created_at=datetime.now(UTC),
            )
            for number in range(_PEOPLE)
        )


def username(number: int) -> str:
    """By what one of them signs in."""
    return f"volunteer-{number % _PEOPLE}"


def sign_in(sessions: "sessionmaker[Session]", count: int) -> list[str]:
    """New sessions, which have not reached any district."""
    with sessions.begin() as session:
        people = session.query(Account).all()
        at, seen = datetime.now(UTC), {"address": "203.0.113.7", "user_agent": "a browser"}
        keys = [
            begin_session(session, people[number % len(people)], methods=[Method.PASSWORD], **seen, at=at)
            for number in range(count)
        ]
    return [f"{_COOKIE}={key}" for key in keys]


def _register(session: Session, district: District) -> None:
    proof: dict[str, Any] = {"authentication": Authentication.CLIENT_SECRET_BASIC, "secret": district.secret}
    if district.key is not None:
        jwks = {"keys": [district.key.as_dict(private=False)]}
        proof = {"authentication": Authentication.PRIVATE_KEY_JWT, "jwks": jwks}
    register_client(
        session,
        district.client_id,
        name="福田区",
        redirect_uris=[REDIRECT_URI],
        scopes=SCOPE,
        id_token_algorithm=Algorithm(district.algorithm),
        first_party=True,
        **proof,
        at=datetime.now(UTC),
    )
