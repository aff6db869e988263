"""How does somebody get in who has lost the device with the second factor?"""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from federation.accounts.factors.models import RecoveryCode
from federation.accounts.hashing import keyed_hash
from federation.accounts.models import Account
from federation.accounts.passwords import SYMBOLS, random_groups
from federation.errors import SignInRefused
from federation.settings import Settings

HOW_MANY = 10
_GROUPS = 3


def new_recovery_codes(session: Session, account: Account, *, settings: Settings) -> list[str]:
    """Codes of 59 bits each, shown once; those before are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [random_groups(_GROUPS) for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(code_hash=_hash(account, code, settings), account_id=account.id) for code in codes)
    return codes


def take_recovery_code(session: Session, account: Account, typed: str, *, settings: Settings, at: datetime) -> None:
    """Somebody shows one of them; raises `SignInRefused` where it is none, or was taken before."""
    row = RecoveryCode
    unused = (row.code_hash == _hash(account, typed, settings), row.account_id == account.id, row.used_at.is_(None))
    taken = session.execute(update(row).where(*unused).values(used_at=at).returning(row.code_hash)).all()
    if not taken:
        raise SignInRefused("This recovery code is not right, or was used before.")


def recovery_codes_left(session: Session, account: Account) -> int:
    """How many can still be used."""
    row = RecoveryCode
    unused = select(func.count()).select_from(row).where(row.account_id == account.id, row.used_at.is_(None))
    return session.scalar(unused) or 0


def remove_recovery_codes(session: Session, account: Account) -> None:
    """None of them opens anything any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _hash(account: Account, code: str, settings: Settings) -> str:
    plain = "".join(character for character in code.lower() if character in SYMBOLS)
    return keyed_hash(settings.accounts_key, f"recovery code {account.id}", plain)
