"""What did a reader take, exactly as it came?

Batches are kept after they were applied: as the proof of a fork, and to give a writer back what it lost. An epoch begins with a
snapshot, so the newest epoch alone holds the newest state of everything.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases.columns import UtcDateTime
from sync.mailbox.sealing import UNSEALED, Cipher
from sync.messages import batch
from sync.messages.batch import Batch


class ReceivedBatchColumns:
    """What was taken from a stream, kept as it came: the proof of a fork, and the tail that a restored writer lost."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Archive:
    """The batches that one side has taken, over that side's own table."""

    def __init__(self, received: type[ReceivedBatchColumns], *, cipher: Cipher = UNSEALED) -> None:
        """The batches are kept under `cipher`."""
        self._received: Any = received.__table__  # type: ignore[attr-defined]
        self._cipher = cipher
        # Built once: it is run so often that building it anew each time takes longer than running it.
        self._insert = insert(self._received)

    def keep(self, session: Session, taken: Batch, body: bytes, *, at: datetime) -> None:
        """Keeps a batch whose events were applied or parked; `body` is its lines, compressed."""
        row = {
            "stream": taken.stream,
            "epoch": taken.epoch,
            "first": taken.first,
            "last": taken.last,
            "hash": taken.hashes[-1],
            "body": self._cipher.encrypt(body),
            "received_at": at,
        }
        session.execute(self._insert, row)

    def hash_at_end(self, session: Session, stream: str, epoch: int, last: int) -> bytes | None:
        """The chain's hash after the event `last`, where a batch that was taken ends there."""
        received = self._received.c
        here = (received.stream == stream, received.epoch == epoch, received.last == last)
        return session.execute(select(received.hash).where(*here)).scalar()

    def hash_at(self, session: Session, stream: str, epoch: int, sequence: int) -> bytes | None:
        """The chain's hash after the event `sequence`, wherever in a batch that stands; None where it was not taken."""
        if sequence == 0:
            return batch.genesis(stream, epoch)
        row = self._batch_with(session, stream, epoch, sequence)
        if row is None:
            return None
        before = self.hash_at_end(session, stream, epoch, row.first - 1) or batch.genesis(stream, epoch)
        return batch.chain_all(before, self._lines(row)[: sequence - row.first + 1])[-1]

    def has_epoch(self, session: Session, stream: str, epoch: int) -> bool:
        """Whether the beginning of `epoch` is here."""
        return self._batch_with(session, stream, epoch, 1) is not None

    def after(self, session: Session, stream: str, epoch: int, sequence: int) -> Sequence[bytes]:
        """The next events behind `sequence`, those of one batch; none where there are no more."""
        row = self._batch_with(session, stream, epoch, sequence + 1)
        return [] if row is None else self._lines(row)[sequence + 1 - row.first :]

    def line_at(self, session: Session, stream: str, epoch: int, sequence: int) -> bytes | None:
        """One event, or None where it is not kept any more."""
        following = self.after(session, stream, epoch, sequence - 1)
        return following[0] if following else None

    def forget(self, session: Session, stream: str, *, below_epoch: int, before: datetime) -> None:
        """Lets go of the batches of older epochs that were taken before that moment."""
        received = self._received.c
        here = (received.stream == stream, received.epoch < below_epoch, received.received_at < before)
        session.execute(delete(self._received).where(*here))

    def _batch_with(self, session: Session, stream: str, epoch: int, sequence: int) -> Any:
        received = self._received.c
        query = (
            select(received.first, received.last, received.body)
            .where(received.stream == stream, received.epoch == epoch, received.last >= sequence, received.first <= sequence)
            .order_by(received.last)
            .limit(1)
        )
        return session.execute(query).one_or_none()

    def _lines(self, row: Any) -> list[bytes]:
        return batch.unpack_lines(self._cipher.decrypt(row.body))
