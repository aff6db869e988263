"""How are the batches of a stream kept, at either end of it?

Packed, as they travel. That is a fraction of the room that a row for each event would need, and little is left to be done
before they are sent.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sync.databases import bulk
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
    """The batches in one table, whose columns are `table.c`."""

    def __init__(self, model: type[BatchColumns], *, cipher: Cipher = UNSEALED) -> None:
        """Their bodies are under `cipher`."""
        self.table: Any = model.__table__  # type: ignore[attr-defined]
        self._model = model
        self._cipher = cipher
        columns = self.table.c
        # Built once: they are run so often that building them anew each time takes longer than running them.
        here = (columns.stream == bindparam("stream"), columns.epoch == bindparam("epoch"))
        self._select_end = select(columns.hash).where(*here, columns.last == bindparam("at"))
        around = select(columns.first, columns.last, columns.body).where(*here, columns.last >= bindparam("at"))
        self._select_around = around.order_by(columns.last).limit(1)

    def new(self, packed: Iterable[Packed], **others: Any) -> bulk.Part:
        """What puts batches into the table (`bulk.write_all`), each with these `others` of its columns."""
        rows = [
            {
                "stream": one.stream,
                "epoch": one.epoch,
                "first": one.first,
                "last": one.last,
                "hash": one.hash,
                "body": self._cipher.encrypt(one.body),
                **others,
            }
            for one in packed
        ]
        return bulk.new(self._model, rows)

    def hash_at_end(self, session: Session, stream: str, epoch: int, last: int) -> bytes | None:
        """The chain's hash after the event `last`, where a batch ends there."""
        found: bytes | None = session.execute(self._select_end, {"stream": stream, "epoch": epoch, "at": last}).scalar()
        return found

    def hash_at(self, session: Session, stream: str, epoch: int, sequence: int) -> bytes | None:
        """The chain's hash after the event `sequence`, wherever in a batch that stands; None where that is not known here."""
        if sequence == 0:
            return batch.genesis(stream, epoch)
        if (at_end := self.hash_at_end(session, stream, epoch, sequence)) is not None:
            return at_end
        row = self._around(session, stream, epoch, sequence)
        if row is None:
            return None
        # What is before it may have been let go of.
        before = batch.genesis(stream, epoch) if row.first == 1 else self.hash_at_end(session, stream, epoch, row.first - 1)
        return None if before is None else batch.chain_all(before, self._lines(row)[: sequence - row.first + 1])[-1]

    def has_epoch(self, session: Session, stream: str, epoch: int) -> bool:
        """Whether the beginning of `epoch` is here."""
        return self._around(session, stream, epoch, 1) is not None

    def after(self, session: Session, stream: str, epoch: int, sequence: int) -> Sequence[bytes]:
        """The next events behind `sequence`, those of one batch; none where there are no more."""
        row = self._around(session, stream, epoch, sequence + 1)
        return [] if row is None else self._lines(row)[sequence + 1 - row.first :]

    def lines_at(self, session: Session, stream: str, epoch: int, sequences: Iterable[int]) -> list[bytes]:
        """The events at `sequences`, in their order, as far as they are kept; none stands twice."""
        found: list[bytes] = []
        first, lines = 1, list[bytes]()
        for sequence in sorted(set(sequences)):
            if sequence >= first + len(lines):
                row = self._around(session, stream, epoch, sequence)
                if row is None:
                    continue
                first, lines = row.first, self._lines(row)
            found.append(lines[sequence - first])
        return found

    def _around(self, session: Session, stream: str, epoch: int, sequence: int) -> Any:
        """The batch with the event `sequence`, if it is here."""
        row = session.execute(self._select_around, {"stream": stream, "epoch": epoch, "at": sequence}).one_or_none()
        return row if row is not None and row.first <= sequence else None

    def _lines(self, row: Any) -> list[bytes]:
        return batch.unpack_lines(self._cipher.decrypt(row.body))
