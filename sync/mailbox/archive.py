"""What did a reader take, exactly as it came?

Batches are kept after they were applied: as the proof of a fork, and to give a writer back what it lost. An epoch begins with a
snapshot, so as soon as that has come as a whole, the newest epoch alone holds the newest state of everything.
"""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases.columns import UtcDateTime
from sync.mailbox.batches import BatchColumns, Batches


class ReceivedBatchColumns(BatchColumns):
    """What was taken from a stream."""

    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Archive(Batches):
    """The batches that one side has taken, over that side's own table (`ReceivedBatchColumns`)."""

    def forget(self, session: Session, stream: str, *, before: datetime) -> None:
        """Lets go of the epochs that were over by that moment, because the next one had begun to come."""
        received = self.table.c
        begun = select(func.max(received.epoch)).where(received.stream == stream, received.received_at < before)
        session.execute(delete(self.table).where(received.stream == stream, received.epoch < begun.scalar_subquery()))
