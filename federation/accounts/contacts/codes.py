"""How does somebody show that a message reached them?"""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from federation.accounts.addresses import Address
from federation.accounts.contacts.models import CODE_LIFETIME, Purpose, VerificationCode
from federation.accounts.hashing import keyed_hash
from federation.accounts.sending.outbox import Letter, put_into_outbox
from federation.errors import CodeRefused, SignInThrottled
from federation.settings import Settings
from sync.accounts.throttling import seconds_to_wait

_DIGITS = 6
_KEPT_FOR = timedelta(days=1)
MOST_FOR_ONE = 3
MOST_FROM_ONE_ORIGIN = 20

Wording = Callable[[str], Letter]
"""Makes of a code the letter that brings it, in the reader's language."""


def send_code(
    session: Session,
    purpose: Purpose,
    asked_for: str,
    *,
    to: Address | None,
    wording: Wording,
    origin: str,
    settings: Settings,
    at: datetime,
    **body: Any,
) -> uuid.UUID:
    """Sends a code `to` an address, and gives the id under which it can be shown; `body` (JSON) is what is to be done then.

    Without an address nothing is sent, and all else is as with one. `asked_for` is what somebody typed, in one form: for that,
    and from one origin, only so many are sent. Raises `SignInThrottled`.
    """
    session.execute(delete(VerificationCode).where(VerificationCode.sent_at <= at - _KEPT_FOR))
    require_room(session, purpose, asked_for, origin=origin, settings=settings, at=at)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    sent = VerificationCode(
        purpose=purpose,
        asked_for=_asked_hash(purpose, asked_for, settings),
        origin=origin,
        code_hash="",
        sealed=settings.field_cipher.encrypt(msgspec.json.encode(body)),
        sent_at=at,
    )
    session.add(sent)
    session.flush()
    sent.code_hash = _hash(sent, code, settings)
    if to is not None:
        put_into_outbox(session, to, wording(code), expires_at=at + CODE_LIFETIME, settings=settings, at=at)
    return sent.id


def require_room(session: Session, purpose: Purpose, asked_for: str, *, origin: str, settings: Settings, at: datetime) -> None:
    """Raises `SignInThrottled` where `send_code` would."""
    row = VerificationCode
    _refuse_too_many(session, row.asked_for == _asked_hash(purpose, asked_for, settings), MOST_FOR_ONE, at=at)
    _refuse_too_many(session, row.origin == origin, MOST_FROM_ONE_ORIGIN, at=at)


def show_code(
    session: Session, code_id: uuid.UUID | None, purpose: Purpose, typed: str, *, settings: Settings, at: datetime
) -> None:
    """Somebody shows the code; raises `CodeRefused`. The caller commits either way, since tries are counted."""
    sent = _sent(session, code_id, purpose)
    digits = "".join(character for character in typed if character.isdecimal())
    sent.show(_hash(sent, digits, settings), at=at)


def shown(
    session: Session, code_id: uuid.UUID | None, purpose: Purpose, *, settings: Settings, at: datetime
) -> dict[str, Any] | None:
    """What is to be done for whoever showed the code; None where it is not shown, or that was done, or took too long."""
    sent = session.get(VerificationCode, code_id) if code_id else None
    if sent is None or sent.purpose is not purpose or not sent.is_ready(at=at):
        return None
    return _body(sent, settings)


def spend(session: Session, code_id: uuid.UUID | None, purpose: Purpose, *, settings: Settings, at: datetime) -> dict[str, Any]:
    """What is to be done, once and now; raises `CodeRefused`."""
    sent = _sent(session, code_id, purpose)
    sent.spend(at=at)
    return _body(sent, settings)


def _sent(session: Session, code_id: uuid.UUID | None, purpose: Purpose) -> VerificationCode:
    # Locked, so that of two at once the second sees what the first did.
    sent = session.get(VerificationCode, code_id, with_for_update=True, populate_existing=True) if code_id else None
    if sent is None or sent.purpose is not purpose:
        raise CodeRefused("No code was sent to this browser. Begin again.")
    return sent


def _body(sent: VerificationCode, settings: Settings) -> dict[str, Any]:
    return msgspec.json.decode(settings.field_cipher.decrypt(sent.sealed), type=dict[str, Any])


def _asked_hash(purpose: Purpose, asked_for: str, settings: Settings) -> str:
    return keyed_hash(settings.accounts_key, "asked for", f"{purpose} {asked_for}")


def _hash(sent: VerificationCode, code: str, settings: Settings) -> str:
    return keyed_hash(settings.accounts_key, f"code {sent.id}", code)


def _refuse_too_many(session: Session, which: ColumnElement[bool], most: int, *, at: datetime) -> None:
    if wait := seconds_to_wait(session, VerificationCode.sent_at, which, most=most, at=at):
        raise SignInThrottled("Too many codes were asked for. Wait a while and try again.", retry_after_seconds=wait)
