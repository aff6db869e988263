"""Which accounts shall the bus have?"""

import secrets

from cryptography.fernet import MultiFernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.broker.definitions import Account
from federation.directory.models import BusAccount, District, DistrictState


def give_account(session: Session, code: str, *, cipher: MultiFernet) -> None:
    """Gives the district an account with a new password, in the place of an earlier one."""
    password = secrets.token_urlsafe(32)
    session.merge(BusAccount(district=code, sealed_password=cipher.encrypt(password.encode())))


def take_account(session: Session, code: str) -> None:
    """The district shall have no account any more."""
    account = session.get(BusAccount, code)
    if account is not None:
        session.delete(account)


def password_of(session: Session, code: str, *, cipher: MultiFernet) -> str | None:
    """The password of the district's account, or None where it has none that the hub gave it."""
    account = session.get(BusAccount, code)
    return cipher.decrypt(account.sealed_password).decode() if account else None


def accounts(session: Session, *, cipher: MultiFernet) -> list[Account]:
    """Those of all districts that take part, left, or are invited, by code. A district that has left may not speak."""
    states = {district.code: district.state for district in session.scalars(select(District))}
    invited = session.scalars(select(BusAccount.district))
    return [
        Account(code, password_of(session, code, cipher=cipher), may_speak=states.get(code) is not DistrictState.LEFT)
        for code in sorted({*states, *invited})
    ]
