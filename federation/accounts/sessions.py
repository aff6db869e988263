"""Where is an account signed in to?"""

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, joinedload

from federation.accounts.models import ABSOLUTE_LIMIT, IDLE_LIMIT, LONGEST_USER_AGENT, Account, AccountSession, Method
from federation.errors import NotFound

# All that says whether a session opens its account, and what its owner may do, is read at once.
_WHOSE = (
    joinedload(AccountSession.account).joinedload(Account.stewardship),
    joinedload(AccountSession.account).joinedload(Account.district_roles),
)
_BY_KEY = select(AccountSession).where(AccountSession.key_hash == bindparam("key_hash")).options(*_WHOSE)

# By then nobody asks any more from where somebody was signed in.
KEPT_FOR = timedelta(days=90)


def begin_session(
    session: Session, account: Account, *, methods: Collection[Method], address: str, user_agent: str, at: datetime
) -> str:
    """Signs the account in, whose owner was proven by `methods`, and gives the key that its browser is to show from now on.

    It is not kept.
    """
    session.execute(delete(AccountSession).where(AccountSession.began_at <= at - KEPT_FOR))
    key = secrets.token_urlsafe(32)
    session.add(
        AccountSession(
            key_hash=hash_of(key),
            account=account,
            began_at=at,
            authenticated_at=at,
            methods=" ".join(sorted(methods)),
            seen_at=at,
            address=address,
            user_agent=user_agent[:LONGEST_USER_AGENT],
        )
    )
    return key


def renew_session(held: AccountSession, *, methods: Collection[Method], at: datetime) -> str:
    """The person in this session has proven again who they are, by `methods`; gives the key that its browser is to show now."""
    key = secrets.token_urlsafe(32)
    held.prove(methods, key_hash=hash_of(key), at=at)
    return key


def session_of(session: Session, key: str, *, at: datetime) -> AccountSession | None:
    """The open session whose key this is, with its account, where nothing is missing for it to open that; else None."""
    found = session_begun(session, key, at=at)
    return found if found and not found.missing else None


def session_begun(session: Session, key: str, *, at: datetime) -> AccountSession | None:
    """The same, also where something is missing: that is for the pages alone on which it is shown."""
    found = session.scalars(_BY_KEY, {"key_hash": hash_of(key)}).unique().one_or_none()
    return found if found and found.is_open(at=at) else None


def note_use(session: Session, session_id: uuid.UUID, *, at: datetime) -> None:
    """The session is in use at this moment, so it is not left alone yet."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=at))


def open_sessions(session: Session, account: Account, *, at: datetime) -> list[AccountSession]:
    """Where the account is signed in to, the last used first."""
    one = AccountSession
    still_open = (one.ended_at.is_(None), one.seen_at >= at - IDLE_LIMIT, one.began_at >= at - ABSOLUTE_LIMIT)
    found = session.scalars(select(one).where(one.account_id == account.id, *still_open).order_by(one.seen_at.desc()))
    return [opened for opened in found if not opened.missing]


def end_session(session: Session, account: Account, session_id: uuid.UUID, *, at: datetime) -> None:
    """Ends one session of the account; raises `NotFound` where it has none of this id."""
    found = session.get(AccountSession, session_id)
    if found is None or found.account_id != account.id:
        raise NotFound("There is no such session of this account.")
    found.end(at=at)


def end_sessions(session: Session, account: Account, *, at: datetime, but: AccountSession | None = None) -> None:
    """Signs the account out wherever it is signed in, `but` in one session."""
    ending = update(AccountSession).where(AccountSession.account_id == account.id, AccountSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(AccountSession.id != but.id)
    session.execute(ending.values(ended_at=at))


def hash_of(key: str) -> str:
    """What is kept of a session's key."""
    # Of a random key a plain hash is enough: nobody guesses 256 bits.
    return sha256(key.encode()).hexdigest()
