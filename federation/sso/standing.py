"""How does whoever sits before a browser stand with the client that sends it here?"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession, Opening
from federation.accounts.opening import OPENING
from federation.accounts.sessions import hash_of
from federation.clients.models import Client
from federation.sso.models import ClientSession, Consent

_LETS_KNOW = and_(Consent.account_id == AccountSession.account_id, Consent.client_id == bindparam("client_id"))
_GOES_ON = and_(
    ClientSession.account_session_id == AccountSession.id,
    ClientSession.client_id == bindparam("client_id"),
    ClientSession.ended_at.is_(None),
)
# Built once: that takes longer than to ask it.
_BY_KEY = (
    select(AccountSession.id, AccountSession.account_id, Consent, ClientSession.id, *OPENING)
    .select_from(AccountSession)
    .join(Account, AccountSession.account_id == Account.id)
    .outerjoin(Consent, _LETS_KNOW)
    .outerjoin(ClientSession, _GOES_ON)
    .where(AccountSession.key_hash == bindparam("key_hash"))
    .order_by(ClientSession.began_at)
    .limit(1)
)


@dataclass(frozen=True)
class Standing:
    """The session that opens the person's account, and what there is already between them and the client.

    `consent` is what they have let the client know so far, if only to take it back, and `client_session_id` the client's part
    in the session; either is None where there is nothing of the kind, or nothing that goes on.
    """

    account_session_id: uuid.UUID
    account_id: uuid.UUID
    consent: Consent | None
    client_session_id: uuid.UUID | None
    opening: Opening


def standing_of(session: Session, key: str, client: Client, *, at: datetime) -> Standing | None:
    """That of whoever's browser shows `key`, in one look; None where this opens no account."""
    found = session.execute(_BY_KEY, {"key_hash": hash_of(key), "client_id": client.client_id}).one_or_none()
    if found is None:
        return None
    account_session_id, account_id, consent, client_session_id, *opening = found
    standing = Standing(account_session_id, account_id, consent, client_session_id, Opening(*opening))
    return standing if standing.opening.is_open(at=at) and not standing.opening.missing else None
