"""What stands behind a code or a token that a client shows?"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession, Opening
from federation.accounts.opening import OPENING
from federation.clients.knowing import known_client
from federation.clients.models import Client
from federation.sso.bearers import hash_of
from federation.sso.models import AccessToken, Authorization, ClientSession, RefreshToken

Token = TypeVar("Token", AccessToken, RefreshToken)


@dataclass(frozen=True)
class Granted:
    """What a person let a client have, and what says whether it still stands, as it was when it was read.

    `left_at` is when the session ended at this client alone.
    """

    authorization: Authorization
    client: Client
    account_id: uuid.UUID
    account_session_id: uuid.UUID
    left_at: datetime | None
    opening: Opening

    @property
    def sid(self) -> str:
        """What the client knows its part of the session by."""
        return str(self.authorization.client_session_id)

    def stands(self, *, at: datetime) -> bool:
        """Whether the code and the tokens of it can open anything."""
        if self.authorization.revoked_at is not None or self.client.disabled_at is not None:
            return False
        return self.left_at is None and self.opening.is_open(at=at)


@dataclass(frozen=True)
class Shown(Generic[Token]):
    """A token, and what stands behind it."""

    token: Token
    granted: Granted

    def is_active(self, *, at: datetime) -> bool:
        """Whether it opens anything at this moment, or gives the next tokens."""
        return self.token.is_good(at=at) and self.granted.stands(at=at)


def behind_code(session: Session, code: str) -> Granted | None:
    """What it stands for, whether or not it was used; whoever asks as well waits until this transaction is over."""
    found = session.execute(_BY_CODE, {"hash": hash_of(code)}).one_or_none()
    return _granted(session, found) if found else None


def behind_token(session: Session, kind: type[Token], token: str) -> Shown[Token] | None:
    """The token of this kind, and what stands behind it; None where it is unknown."""
    found = session.execute(_BY_TOKEN[kind], {"hash": hash_of(token)}).one_or_none()
    return Shown(found[0], _granted(session, found[1:])) if found else None


def _read_with(*also: Any) -> Select[Any]:
    parts = (ClientSession.client_id, AccountSession.account_id, AccountSession.id, ClientSession.ended_at)
    return (
        select(*also, Authorization, *parts, *OPENING)
        .select_from(Authorization)
        .join(ClientSession, Authorization.client_session_id == ClientSession.id)
        .join(AccountSession, ClientSession.account_session_id == AccountSession.id)
        .join(Account, AccountSession.account_id == Account.id)
    )


def _by_token(kind: type[AccessToken | RefreshToken]) -> Select[Any]:
    of_it = kind.authorization_id == Authorization.id
    return _read_with(kind).join(kind, of_it).where(kind.token_hash == bindparam("hash"))


# Built once: that takes longer than to ask it.
_BY_CODE = _read_with().where(Authorization.code_hash == bindparam("hash")).with_for_update(of=Authorization)
_BY_TOKEN = {kind: _by_token(kind) for kind in (AccessToken, RefreshToken)}


def _granted(session: Session, row: Sequence[Any]) -> Granted:
    authorization, client_id, account_id, account_session_id, left_at, *opening = row
    client = known_client(session, client_id)
    if client is None:
        raise LookupError("an authorization goes with its client")
    return Granted(authorization, client, account_id, account_session_id, left_at, Opening(*opening))
