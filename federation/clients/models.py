"""What does the hub know of a program that sends people here to sign in?"""

import hmac
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model
from federation.errors import StateForbids

LONGEST_ADDRESS = 500
LONGEST_CLIENT_ID = 80


class Authentication(StrEnum):
    """How a client shows that it is itself, by the names of OpenID Connect's registry."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a name


class Algorithm(StrEnum):
    """How what is said to a client is signed."""

    ES256 = "ES256"
    RS256 = "RS256"


class Scope(StrEnum):
    """What of a person a client may ask for."""

    OPENID = "openid"
    PROFILE = "profile"
    EMAIL = "email"
    PHONE = "phone"
    ROLES = "roles"


class Client(Model):
    """A program that sends people here to sign in; a district's has the `district`'s code.

    Of its secret only the SHA-256 is kept; `jwks` are its public keys (RFC 7517). Addresses are compared as whole texts.
    A client of the city's own (`first_party`) need not ask people whether it may know who they are.
    """

    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(String(LONGEST_CLIENT_ID), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    district: Mapped[str | None] = mapped_column(String(40), index=True)
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    backchannel_logout_uri: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    authentication: Mapped[Authentication]
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    id_token_algorithm: Mapped[Algorithm]
    scopes: Mapped[str] = mapped_column(String(200))
    first_party: Mapped[bool]
    pkce_required: Mapped[bool]
    registered_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    def disable(self, *, at: datetime) -> None:
        """Nobody signs in by way of it any more. Raises `StateForbids`."""
        if self.disabled_at is not None:
            raise StateForbids(f"The client {self.client_id} is disabled already.")
        self.disabled_at = at

    def enable(self) -> None:
        """People sign in by way of it again. Raises `StateForbids`."""
        if self.disabled_at is None:
            raise StateForbids(f"The client {self.client_id} is not disabled.")
        self.disabled_at = None

    def may_ask_for(self, scope: str) -> bool:
        """Whether every word of `scope` is one that it may ask for."""
        return set(scope.split()) <= set(self.scopes.split())

    def has_secret(self, secret: str) -> bool:
        """Whether this is its secret; takes as long either way."""
        # Of 256 random bits a plain hash is enough: nobody guesses them.
        return self.secret_hash is not None and hmac.compare_digest(sha256(secret.encode()).digest(), self.secret_hash)
