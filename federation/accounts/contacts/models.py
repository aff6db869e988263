"""What does the hub keep of how people are reached, and of the codes that were sent to them?"""

import hmac
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.accounts.addresses import AddressKind
from federation.accounts.hashing import LENGTH
from federation.db import Model
from federation.errors import CodeRefused
from sync.uuids import new_uuid

CODE_LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
# Until then, whoever showed a code may do what it was sent for.
_TIME_TO_FINISH = timedelta(minutes=30)

_NOT_RIGHT = "This code is not right, or it is too old. Check the digits, or ask for another code."


class Contact(Model):
    """A telephone number or an e-mail address that somebody has shown to be theirs; `sealed` is what it is, encrypted.

    Families share telephones, so several accounts can have the same. With its keyed hash in `signs_in_by` the one can be signed
    in to by it that had it first.
    """

    __tablename__ = "contact"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[AddressKind]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signs_in_by: Mapped[str | None] = mapped_column(String(LENGTH), unique=True)
    verified_at: Mapped[datetime]


class Purpose(StrEnum):
    """What a code was sent for; it opens nothing else."""

    SIGN_UP = "sign_up"
    CLAIM = "claim"
    ADD_CONTACT = "add_contact"
    RECOVER = "recover"


class VerificationCode(Model):
    """Somebody in one browser is to show the code that was sent to an address. Code and address are kept by their keyed hashes.

    `sealed` is what was begun, encrypted. Where nothing is sent, since nobody is known by what was typed, a row is kept all the
    same: no page and no limit is otherwise then. Whoever shows the code has some time to finish what it was for, once.
    """

    __tablename__ = "verification_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    purpose: Mapped[Purpose]
    asked_for: Mapped[str] = mapped_column(String(LENGTH))
    origin: Mapped[str] = mapped_column(String(45))
    code_hash: Mapped[str] = mapped_column(String(LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(index=True)
    shown_at: Mapped[datetime | None]
    spent_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "asked_for", "sent_at"), Index(None, "origin", "sent_at"))

    def show(self, code_hash: str, *, at: datetime) -> None:
        """Somebody types a code. Raises `CodeRefused`, which is to be written down as well: tries are counted."""
        self.tries += 1
        if self.shown_at or self.tries > MOST_TRIES or at - self.sent_at > CODE_LIFETIME:
            raise CodeRefused(_NOT_RIGHT)
        if not hmac.compare_digest(self.code_hash, code_hash):
            raise CodeRefused(_NOT_RIGHT)
        self.shown_at = at

    def is_ready(self, *, at: datetime) -> bool:
        """Whether the code was shown, and what it was for can still be finished."""
        return self.shown_at is not None and self.spent_at is None and at - self.shown_at <= _TIME_TO_FINISH

    def spend(self, *, at: datetime) -> None:
        """What it was for is done. Raises `CodeRefused`."""
        if not self.is_ready(at=at):
            raise CodeRefused("This took too long, or it was done already. Begin again.")
        self.spent_at = at
