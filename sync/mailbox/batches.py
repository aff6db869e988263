"""How are the batches of a stream kept, at either end of it?

Packed, as its writer made them and its reader took them: a tenth of the room that a row for each event needs, one row written
where there were hundreds, and nothing to be done once more before they are sent.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.mailbox.sealing import UNSEALED, Cipher
from sync.messages import batch
from sync.messages.batch import Packed


class BatchColumns:
    """Events `first` to `last` of a stream's epoch: `body` is their lines, packed, `hash` the chain's hash after the last."""

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Batches:
    """The batches in one table."""

    def __init__(self, kept: type[BatchColumns], *, cipher: Cipher = UNSEALED) -> None:
        """Their bodies are under `cipher`."""
        self.table: Any = kept.__table__  # type: ignore[attr-defined]
        self._cipher = cipher
        columns = self.table.c
        # Built once: they are run so often that building them anew each time takes longer than running them.
        here = (columns.stream == bindparam("stream"), columns.epoch == bindparam("epoch"))
        self._select_end = select(columns.hash).where(*here, columns.last == bindparam("at"))
        around = select(columns.first, columns.last, columns.body).where(*here, columns.last >= bindparam("at"))
        self._select_around = around.order_by(columns.last).limit(1)

    def row(self, packed: Packed) -> dict[str, Any]:
        """What the table holds of a batch."""
        return {
            "stream": packed.stream,
            "epoch": packed.epoch,
            "first": packed.first,
            "last": packed.last,
            "hash": packed.hash,
            "body": self._cipher.encrypt(packed.body),
        }

    def hash_at_end(self, session: Session, stream: str, epoch: int, last: int) -> bytes | None:
        """The chain's hash after the event `last`, where a batch ends there."""
        found: bytes | None = session.execute(self._select_end, {"stream": stream, "epoch": epoch, "at": last}).scalar()
        return found

    def hash_at(self, session: Session, stream: str, epoch: int, sequence: int) -> bytes | None:
        """The chain's hash after the event `sequence`, wherever in a batch that stands; None where it is not kept."""
        if sequence == 0:
            return batch.genesis(stream, epoch)
        if (at_end := self.hash_at_end(session, stream, epoch, sequence)) is not None:
            return at_end
        row = self._around(session, stream, epoch, sequence)
        if row is None:
            return None
        before = self.hash_at_end(session, stream, epoch, row.first - 1) or batch.genesis(stream, epoch)
        return batch.chain_all(before, self._lines(row)[: sequence - row.first + 1])[-1]

    def has_epoch(self, session: Session, stream: str, epoch: int) -> bool:
        """Whether the beginning of `epoch` is here."""
        return self._around(session, stream, epoch, 1) is not None

    def after(self, session: Session, stream: str, epoch: int, sequence: int) -> Sequence[bytes]:
        """The next events behind `sequence`, those of one batch; none where there are no more."""
        row = self._around(session, stream, epoch, sequence + 1)
        return [] if row is None else self._lines(row)[sequence + 1 - row.first :]

    def line_at(self, session: Session, stream: str, epoch: int, sequence: int) -> bytes | None:
        """One event, or None where it is not kept any more."""
        following = self.after(session, stream, epoch, sequence - 1)
        return following[0] if following else None

    def _around(self, session: Session, stream: str, epoch: int, sequence: int) -> Any:
        """The batch with the event `sequence`, if it is here."""
        row = session.execute(self._select_around, {"stream": stream, "epoch": epoch, "at": sequence}).one_or_none()
        return row if row is not None and row.first <= sequence else None

    def _lines(self, row: Any) -> list[bytes]:
        return batch.unpack_lines(self._cipher.decrypt(row.body))
