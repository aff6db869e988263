"""How does somebody use an app that shows codes?"""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pyotp
from sqlalchemy.orm import Session

from federation.accounts.factors.models import CodeGenerator
from federation.accounts.models import Account
from federation.errors import SignInRefused, StateForbids
from federation.settings import Settings

ISSUER = "Banyan"
_INTERVAL_SECONDS = 30
# A clock may be wrong by as much, and a code is still good while somebody types it.
_STEPS_APART = 1

_NOT_RIGHT = "This code is not right. Wait for the next one, and see that the clock of your device is."


def begin_generator(session: Session, account: Account, *, settings: Settings, at: datetime) -> str:
    """The address (`otpauth:`) of a new generator for the account, to be shown as a QR code until `confirm_generator`.

    Raises `StateForbids` where there is one already.
    """
    generator = session.get(CodeGenerator, account.id)
    if generator is not None and generator.confirmed_at:
        raise StateForbids("Your account has an app for codes already. Remove that first.")
    if generator is None:
        generator = CodeGenerator(account_id=account.id)
        session.add(generator)
    seed = pyotp.random_base32()
    generator.seed, generator.created_at = settings.field_cipher.encrypt(seed.encode()), at
    return _totp(generator, settings).provisioning_uri(name=account.username, issuer_name=ISSUER)


def pending_generator(session: Session, account: Account, *, settings: Settings) -> str | None:
    """The same address once more; None where none was begun."""
    generator = session.get(CodeGenerator, account.id)
    if generator is None or generator.confirmed_at:
        return None
    return _totp(generator, settings).provisioning_uri(name=account.username, issuer_name=ISSUER)


def seed_in(address: str) -> str:
    """What is typed into an app that cannot scan the address, in groups of four."""
    seed = parse_qs(urlsplit(address).query)["secret"][0]
    return " ".join(seed[place : place + 4] for place in range(0, len(seed), 4))


def confirm_generator(session: Session, account: Account, code: str, *, settings: Settings, at: datetime) -> None:
    """The owner shows a first code, and from now on is asked for one; raises `SignInRefused` or `StateForbids`."""
    generator = session.get(CodeGenerator, account.id)
    if generator is None or generator.confirmed_at:
        raise StateForbids("There is no new app for codes to confirm. Begin again.")
    _take(generator, code, settings=settings, at=at)
    generator.confirmed_at, account.has_second_factor = at, True


def take_code(session: Session, account: Account, code: str, *, settings: Settings, at: datetime) -> None:
    """Somebody shows a code; raises `SignInRefused` where it is another's, too old, or was taken before."""
    generator = session.get(CodeGenerator, account.id, with_for_update=True, populate_existing=True)
    if generator is None or generator.confirmed_at is None:
        raise SignInRefused(_NOT_RIGHT)
    _take(generator, code, settings=settings, at=at)


def remove_generator(session: Session, account: Account) -> None:
    """No code is asked for any more; raises `StateForbids` where there is no app."""
    generator = session.get(CodeGenerator, account.id)
    if generator is None:
        raise StateForbids("Your account has no app for codes.")
    session.delete(generator)
    account.has_second_factor = False


def _take(generator: CodeGenerator, code: str, *, settings: Settings, at: datetime) -> None:
    totp, now = _totp(generator, settings), int(at.timestamp()) // _INTERVAL_SECONDS
    digits = "".join(character for character in code if character.isdecimal())
    for step in range(max(now - _STEPS_APART, generator.last_step + 1), now + _STEPS_APART + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            generator.last_step = step
            return
    raise SignInRefused(_NOT_RIGHT)


def _totp(generator: CodeGenerator, settings: Settings) -> pyotp.TOTP:
    return pyotp.TOTP(settings.field_cipher.decrypt(generator.seed).decode(), interval=_INTERVAL_SECONDS)
