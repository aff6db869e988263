"""What is there to be sent?"""

import uuid
from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.accounts.addresses import AddressKind
from federation.db import Model
from sync.uuids import new_uuid

LONGEST_REASON = 200


class OutgoingMessage(Model):
    """A message to somebody, encrypted, until it is sent or too old; then nothing is left but that there was one.

    `next_at` is when it is to be tried, `failure` why the last try did not work, without a word of what was sent.
    """

    __tablename__ = "outgoing_message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    kind: Mapped[AddressKind]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
