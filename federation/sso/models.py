"""What does the hub remember of who signed in where?"""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from federation.accounts.models import Account, AccountSession
from federation.clients.models import LONGEST_ADDRESS, LONGEST_CLIENT_ID, Client
from federation.db import Model
from federation.sso.bearers import HASH_BYTES
from sync.uuids import new_uuid

LONGEST_SCOPE = 200
LONGEST_NONCE = 500
_LONGEST_METHODS = 40
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)


class AuthorizationRequest(Model):
    """What a client asked for, kept while the person signs in, or between the client's push and the person's arrival.

    `origin` is where it came from as long as nobody knows from whom: a network, or the client that pushed it; else None.
    """

    __tablename__ = "authorization_request"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id", ondelete="CASCADE"))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    pushed: Mapped[bool]
    origin: Mapped[str | None] = mapped_column(String(LONGEST_CLIENT_ID))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    client: Mapped[Client] = relationship()

    __table_args__ = (Index(None, "origin", "expires_at"),)


class Consent(Model):
    """That a person lets a client know what the words of `scope` stand for; `asked` says that they were asked for it.

    What was withdrawn stays on record, and the person is asked the next time, whosever the client is.
    """

    __tablename__ = "consent"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(LONGEST_SCOPE))
    asked: Mapped[bool]
    given_at: Mapped[datetime]
    used_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship()

    def covers(self, scope: str) -> bool:
        """Whether it still stands, for every word of `scope`."""
        return self.withdrawn_at is None and set(scope.split()) <= set(self.scope.split())

    def give(self, scope: str, *, asked: bool, at: datetime) -> None:
        """It stands for `scope` from now on, beside what it stood for unless that was withdrawn."""
        before = set() if self.withdrawn_at else set(self.scope.split())
        self.scope = " ".join(sorted(before | set(scope.split())))
        self.asked, self.given_at, self.used_at, self.withdrawn_at = asked, at, at, None

    def withdraw(self, *, at: datetime) -> None:
        """It does not stand any more."""
        self.withdrawn_at = self.withdrawn_at or at


class ClientSession(Model):
    """An account's session reaches a client. `id` is what both call it: the `sid` of tokens.

    It is over when either it or the account's session has ended. `told_at` is when the client has said that it knows;
    until then it is told again at `next_attempt_at`.
    """

    __tablename__ = "client_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    account_session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account_session.id", ondelete="CASCADE"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.client_id", ondelete="CASCADE"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(200))

    account_session: Mapped[AccountSession] = relationship(lazy="joined", innerjoin=True)
    client: Mapped[Client] = relationship()

    __table_args__ = (Index(None, "account_session_id", "client_id"),)

    @classmethod
    def of(cls, account_session_id: uuid.UUID, client: Client, *, at: datetime) -> Self:
        """The client's part in the session, which begins."""
        return cls(id=new_uuid(), account_session_id=account_session_id, client_id=client.client_id, began_at=at, attempts=0)

    @property
    def sid(self) -> str:
        """What the client knows it by."""
        return str(self.id)

    @property
    def account(self) -> Account:
        """Whose it is."""
        return self.account_session.account

    def end(self, *, at: datetime) -> None:
        """The person is signed in there no more."""
        self.ended_at = self.ended_at or at

    def note_told(self, *, at: datetime) -> None:
        """The client knows that it is over."""
        self.told_at, self.failure = at, None

    def note_failure(self, failure: str, *, at: datetime) -> None:
        """The client could not be told, and is told again after a pause that grows each time."""
        self.next_attempt_at = at + min(_FIRST_PAUSE * 2**self.attempts, _LONGEST_PAUSE)
        self.attempts, self.failure = self.attempts + 1, failure


class Authorization(Model):
    """What a person let a client have, once: a code, and the family of tokens that came of it.

    `authenticated_at` and `methods` are how the person had shown who they are; they stay as they were for whatever is said of
    this sign-in later. A code is good for one use, whoever shows it; when the authorization is revoked, so are all its tokens.
    """

    __tablename__ = "client_authorization"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    client_session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("client_session.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(String(LONGEST_SCOPE))
    nonce: Mapped[str | None] = mapped_column(String(LONGEST_NONCE))
    redirect_uri: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    authenticated_at: Mapped[datetime]
    methods: Mapped[str] = mapped_column(String(_LONGEST_METHODS))
    assurance: Mapped[int]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    code_challenge: Mapped[str | None] = mapped_column(String(128))
    code_expires_at: Mapped[datetime]
    code_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(Text)

    # Nobody reads it here (`granted` does, with what is behind it): it says which of two new rows is written first.
    client_session: Mapped[ClientSession] = relationship()

    def burn_code(self, *, at: datetime) -> bool:
        """Whether this is the use that the code is for; whatever comes of it, there is no other."""
        if self.code_used_at is not None:
            return False
        self.code_used_at = at
        return True

    def revoke(self, *, because: str, at: datetime) -> None:
        """None of its tokens opens anything any more."""
        if self.revoked_at is None:
            self.revoked_at, self.revoked_because = at, because


class AccessToken(Model):
    """Opens what its `scope` names, until it expires."""

    __tablename__ = "access_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    authorization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("client_authorization.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(String(LONGEST_SCOPE))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]

    def is_good(self, *, at: datetime) -> bool:
        """Whether it was neither revoked nor has expired."""
        return self.revoked_at is None and at < self.expires_at

    def revoke(self, *, at: datetime) -> None:
        """It opens nothing any more."""
        self.revoked_at = self.revoked_at or at


class RefreshToken(Model):
    """Gives the next tokens, once."""

    __tablename__ = "refresh_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    authorization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("client_authorization.id", ondelete="CASCADE"), index=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    def is_good(self, *, at: datetime) -> bool:
        """Whether it was neither used nor has expired."""
        return self.used_at is None and at < self.expires_at


class ClientAssertion(Model):
    """That a client has shown this assertion; by that it is known when somebody shows it again."""

    __tablename__ = "client_assertion"

    client_id: Mapped[str] = mapped_column(String(LONGEST_CLIENT_ID), primary_key=True)
    jti_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
