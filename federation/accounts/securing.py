"""How does an account stay in the hands of those whom it is for?"""

from datetime import datetime

from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession
from federation.accounts.sessions import end_sessions


def change_password(session: Session, account: Account, password_hash: str, *, here: AccountSession, at: datetime) -> None:
    """Another password opens the account, chosen by whom it is for; every session but `here` ends."""
    account.password_hash, account.must_change_password = password_hash, False
    end_sessions(session, account, at=at, but=here)


def reset_password(session: Session, account: Account, password_hash: str, *, must_change_password: bool, at: datetime) -> None:
    """Another password opens the account, given by the operator; every session ends."""
    account.password_hash, account.must_change_password = password_hash, must_change_password
    end_sessions(session, account, at=at)


def disable(session: Session, account: Account, *, at: datetime) -> None:
    """Nobody signs in with the account any more, and every session ends; raises `StateForbids`."""
    account.disable()
    end_sessions(session, account, at=at)
