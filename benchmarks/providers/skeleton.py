"""How does Authlib sign people in at a district, with nothing around it?

As its documentation has one write a provider with Flask and its mixins for SQLAlchemy: no session at the provider beyond a
signed cookie, no consent, no log, no refresh tokens, secrets and tokens as they are, and no care for codes that come twice.
(https://docs.authlib.org, OpenID Connect 1.0)
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.sqla_oauth2 import (
    OAuth2AuthorizationCodeMixin,
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_query_client_func,
    create_save_token_func,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify, request, session
from flask_sqlalchemy import SQLAlchemy
from joserfc.jwk import ECKey
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.providers.provider import REDIRECT_URI, SCOPE, District, Provider, issuer_at, new_secret, served
from tests.support.servers import free_port

NAME = "a bare Authlib skeleton"
_ALGORITHM = "ES256"
_LIFETIME_SECONDS = 300
_AUTHORIZE, _TOKEN, _KEYS = "/authorize", "/token", "/jwks.json"


class _Model(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=_Model)


class User(_Model):
    """Somebody who signs in."""

    __tablename__ = "skeleton_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40))

    def get_user_id(self) -> int:
        """What tokens are kept under."""
        return self.id


class Client(OAuth2ClientMixin, _Model):  # type: ignore[misc]
    """A client."""

    __tablename__ = "skeleton_client"

    id: Mapped[int] = mapped_column(primary_key=True)


class Code(OAuth2AuthorizationCodeMixin, _Model):  # type: ignore[misc]
    """A code."""

    __tablename__ = "skeleton_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))


class Token(OAuth2TokenMixin, _Model):  # type: ignore[misc]
    """An access token."""

    __tablename__ = "skeleton_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """A code for whoever is signed in; tokens for a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keeps it."""
        given = request.payload.data
        db.session.add(
            Code(
                code=code,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.payload.scope,
                nonce=given.get("nonce"),
                code_challenge=given.get("code_challenge"),
                code_challenge_method=given.get("code_challenge_method"),
                user_id=request.user.id,
            )
        )
        db.session.commit()

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The code, where it is the client's."""
        found: Code | None = db.session.query(Code).filter_by(code=code, client_id=client.client_id).first()
        return found if found and not found.is_expired() else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Crosses it out."""
        db.session.delete(authorization_code)
        db.session.commit()

    def authenticate_user(self, authorization_code: Code) -> User | None:
        """Whose it is."""
        return db.session.get(User, authorization_code.user_id)


class IdToken(OpenIDCode):  # type: ignore[misc]
    """Signs who signed in with the key of this process."""

    def __init__(self, issuer: str, key: ECKey) -> None:
        super().__init__()
        self._issuer, self._key = issuer, key

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Codes are used once, which is all that it would add."""
        return False

    def resolve_client_private_key(self, client: Client) -> ECKey:
        """The key, loaded once."""
        return self._key

    def get_client_algorithm(self, client: Client) -> str:
        """The same for all."""
        return _ALGORITHM

    def get_encode_header(self, client: Client) -> dict[str, str]:
        """Names the key."""
        return {"alg": _ALGORITHM, "kid": str(self._key.kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """By whom, and for how long."""
        return {"iss": self._issuer, "exp": int(time.time()) + _LIFETIME_SECONDS}

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        """Who it is, and no more."""
        return UserInfo(sub=str(user.id))


def serve() -> Flask:
    """The application, for gunicorn, with what the environment says."""
    key = ECKey.import_key(json.loads(os.environ["SKELETON_KEY"]))
    app = _connected(os.environ["SKELETON_DATABASE_URL"], os.environ["SKELETON_SECRET"])
    server = AuthorizationServer(app, create_query_client_func(db.session, Client), create_save_token_func(db.session, Token))
    server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(os.environ["SKELETON_ISSUER"], key)])

    @app.get(_AUTHORIZE)
    def authorize() -> Response:
        user = db.session.get(User, session["user"])
        grant = server.get_consent_grant(request, end_user=user)
        response: Response = server.create_authorization_response(grant_user=user, grant=grant)
        return response

    @app.post(_TOKEN)
    def token() -> Response:
        response: Response = server.create_token_response()
        return response

    @app.get(_KEYS)
    def keys() -> Response:
        return jsonify(keys=[key.as_dict(private=False)])

    return app


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Provider]:
    """The skeleton, at work."""
    port, secret = free_port(), new_secret()
    district = District("plain", _ALGORITHM, secret=new_secret())
    app = _connected(database_url, secret)
    with app.app_context():
        db.create_all()
        client = Client(client_id=district.client_id, client_secret=district.secret)
        client.set_client_metadata(
            {
                "redirect_uris": [REDIRECT_URI],
                "scope": SCOPE,
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_basic",
            }
        )
        db.session.add_all([client, User(id=1, username="volunteer-1")])
        db.session.commit()
        db.engine.dispose()
    environment = {
        "SKELETON_DATABASE_URL": database_url,
        "SKELETON_SECRET": secret,
        "SKELETON_ISSUER": issuer_at(port),
        "SKELETON_KEY": json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)),
    }
    with served("benchmarks.providers.skeleton:serve()", port, environment, folder / "skeleton.log", ready=_KEYS):
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = f"session={signer.dumps({'user': 1})}"
        yield Provider(NAME, port, _AUTHORIZE, _TOKEN, _KEYS, district, sign_in=lambda count: [cookie] * count)


def _connected(database_url: str, secret: str) -> Flask:
    app = Flask("skeleton")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, SECRET_KEY=secret)
    db.init_app(app)
    return app
