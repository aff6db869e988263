"""How does an account stay in the hands of those whom it is for?"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from federation.accounts.factors.generators import remove_generator
from federation.accounts.factors.models import CodeGenerator, Passkey
from federation.accounts.factors.recovery_codes import remove_recovery_codes
from federation.accounts.models import Account, AccountSession, SecurityEventKind
from federation.accounts.security_events import note
from federation.accounts.sessions import end_sessions
from federation.accounts.visits import TERMINAL, Visit


def change_password(
    session: Session, account: Account, password_hash: str, *, here: AccountSession, at: datetime, visit: Visit = TERMINAL
) -> None:
    """Another password opens the account, chosen by whom it is for; every session but `here` ends."""
    account.password_hash, account.must_change_password = password_hash, False
    end_sessions(session, account, at=at, but=here)
    note(session, SecurityEventKind.PASSWORD_CHANGED, account=account, actor=account, at=at, **visit.told)


def recover(session: Session, account: Account, password_hash: str, *, visit: Visit, at: datetime) -> None:
    """Another password opens the account, chosen by whoever showed a code that was sent to its owner; every session ends.

    What else is asked for when somebody signs in stays as it is.
    """
    account.password_hash, account.must_change_password = password_hash, False
    end_sessions(session, account, at=at)
    note(session, SecurityEventKind.RECOVERED, account=account, actor=account, at=at, **visit.told)


def reset_password(
    session: Session, account: Account, password_hash: str, *, must_change_password: bool, by: str, at: datetime
) -> None:
    """Another password opens the account, given by the operator; every session ends."""
    account.password_hash, account.must_change_password = password_hash, must_change_password
    end_sessions(session, account, at=at)
    note(session, SecurityEventKind.PASSWORD_CHANGED, account=account, at=at, by=by)


def sign_out(session: Session, account: Account, *, by: str, at: datetime) -> None:
    """Every session ends, because somebody else may have one; what opens the account stays as it is."""
    end_sessions(session, account, at=at)
    note(session, SecurityEventKind.SESSION_ENDED, account=account, at=at, by=by, what="all")


def reset_second_factor(session: Session, account: Account, *, by: str, at: datetime) -> None:
    """App, recovery codes and passkeys open the account no more, and every session ends: their owner has lost them."""
    if session.get(CodeGenerator, account.id):
        remove_generator(session, account)
    remove_recovery_codes(session, account)
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    end_sessions(session, account, at=at)
    note(session, SecurityEventKind.FACTOR_REMOVED, account=account, at=at, by=by, what="all")


def disable(session: Session, account: Account, *, by: str, at: datetime) -> None:
    """Nobody signs in with the account any more, and every session ends; raises `StateForbids`."""
    account.disable()
    end_sessions(session, account, at=at)
    note(session, SecurityEventKind.ACCOUNT_DISABLED, account=account, at=at, by=by)


def enable(session: Session, account: Account, *, by: str, at: datetime) -> None:
    """It opens again, with its password and roles; raises `StateForbids`."""
    account.enable()
    note(session, SecurityEventKind.ACCOUNT_ENABLED, account=account, at=at, by=by)
