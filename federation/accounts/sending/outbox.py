"""What is to be sent to whom?

A message is written down in the transaction that needs it and sent by another process. So nobody waits for a mail server, no
answer takes longer because something was sent, and what does not get through is tried again.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.addresses import Address, AddressKind
from federation.accounts.sending.models import OutgoingMessage
from federation.settings import Settings

_MOST_SHOWN = 50


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told: as an e-mail by `subject` and `text`; as a text message by the provider's template for `topic`.

    `values` fill in that template.
    """

    topic: str
    subject: str
    text: str
    values: Mapping[str, str]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A letter and its address."""

    to: str
    letter: Letter


def put_into_outbox(
    session: Session, to: Address, letter: Letter, *, expires_at: datetime, settings: Settings, at: datetime
) -> None:
    """Lets `letter` be sent `to` an address, unless it is too old by then."""
    message = Message(to=to.value, letter=letter)
    session.add(
        OutgoingMessage(
            kind=to.kind,
            sealed=settings.field_cipher.encrypt(msgspec.json.encode(message)),
            written_at=at,
            expires_at=expires_at,
            next_at=at,
        )
    )


def unseal(sealed: bytes, settings: Settings) -> Message:
    """The message that was put into the outbox."""
    return msgspec.json.decode(settings.field_cipher.decrypt(sealed), type=Message)


def shown_in_demo(session: Session, settings: Settings) -> list[tuple[datetime, Address, Letter]]:
    """The newest messages, which a demo shows instead of sending them."""
    row = OutgoingMessage
    query = select(row).where(row.sealed.is_not(None)).order_by(row.written_at.desc()).limit(_MOST_SHOWN)
    shown = []
    for outgoing in session.scalars(query):
        message = unseal(outgoing.sealed or b"", settings)
        shown.append((outgoing.written_at, Address(AddressKind(outgoing.kind), message.to), message.letter))
    return shown
