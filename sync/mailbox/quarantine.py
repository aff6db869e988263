"""Where do messages go that must not be applied?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, LargeBinary, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases.columns import UtcDateTime
from sync.errors import Rejected
from sync.mailbox.sealing import UNSEALED, Cipher

MAX_QUARANTINED = 1_000
MAX_ALIKE = 100
_KEPT_BYTES = 4_096


class QuarantinedMessageColumns:
    """A message that was refused unread: the newest `MAX_QUARANTINED` are kept, the first bytes of each.

    Of one claimed stream and one code it is the newest `MAX_ALIKE`, so that one sender who goes on and on does not push
    out what came from others.
    """

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claimed_stream: Mapped[str | None] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Quarantine:
    """A bounded room for refused messages, so that a flood of them cannot fill the disk."""

    def __init__(self, messages: type[QuarantinedMessageColumns], *, cipher: Cipher = UNSEALED) -> None:
        """What is kept is kept under `cipher`."""
        self._cipher = cipher
        self._messages: Any = messages.__table__  # type: ignore[attr-defined]

    def put(self, session: Session, raw: bytes, error: Rejected, *, claimed: str | None, at: datetime) -> None:
        """Keeps the beginning of `raw` and why it was refused; `claimed` is the stream that it said it was about."""
        messages = self._messages
        stream = claimed and claimed[:80]
        session.execute(
            insert(messages).values(
                claimed_stream=stream,
                code=error.code,
                detail=str(error),
                size_bytes=len(raw),
                head=self._cipher.encrypt(raw[:_KEPT_BYTES]),
                received_at=at,
            )
        )
        same = (messages.c.claimed_stream.is_not_distinct_from(stream), messages.c.code == error.code)
        surplus = select(messages.c.id).where(*same).order_by(messages.c.id.desc()).offset(MAX_ALIKE).limit(MAX_ALIKE)
        session.execute(delete(messages).where(messages.c.id.in_(surplus)))
        newest = select(func.max(messages.c.id)).scalar_subquery()
        session.execute(delete(messages).where(messages.c.id <= newest - MAX_QUARANTINED))
