"""Which second factors has an account?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.factors.models import Passkey
from federation.accounts.models import Account


def factors_of(session: Session, account: Account) -> frozenset[str]:
    """`app` for one that shows codes, `passkey` for a passkey or several."""
    has_passkey = session.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)) is not None
    held = {"app": account.has_second_factor, "passkey": has_passkey}
    return frozenset(name for name, is_held in held.items() if is_held)
