"""How does a log that kept each event as a row come to keep batches, and back again?

For the scripts that bring a side's database forward: the tables stand here as they were and are at that step, whatever becomes
of them later.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime
from sync.messages import batch, envelope

_PLACE = ("stream", "epoch")


def pack_log() -> None:
    """Puts the events of `log_record` into `written_batch`, as many together as fit, and lets go of the former."""
    connection = _alone_with("log_record")
    batches = _create_batches()
    moment: sa.Column[datetime] = sa.Column("created_at", UtcDateTime(timezone=True))
    records = sa.Table("log_record", sa.MetaData(), moment, autoload_with=connection)
    for stream, epoch in connection.execute(sa.select(records.c.stream, records.c.epoch).distinct()).all():
        last = -1
        while rows := _page(connection, records, stream, epoch, records.c.sequence > last):
            piece = list(_beginning(rows))
            last = piece[-1].sequence
            row = {
                "stream": stream,
                "epoch": epoch,
                "first": piece[0].sequence,
                "last": last,
                "hash": piece[-1].hash,
                "body": batch.pack_lines([event.body for event in piece]),
                "written_at": piece[-1].created_at,
                "restored": piece[0].restored,
            }
            connection.execute(batches.insert(), row)
    op.drop_table("log_record")


def unpack_log() -> None:
    """Puts each event in `written_batch` into a row of `log_record`, and lets go of the former."""
    connection = _alone_with("written_batch")
    records = _create_records()
    moment: sa.Column[datetime] = sa.Column("written_at", UtcDateTime(timezone=True))
    batches = sa.Table("written_batch", sa.MetaData(), moment, autoload_with=connection)
    for stream, epoch in connection.execute(sa.select(batches.c.stream, batches.c.epoch).distinct()).all():
        last, prev = 0, batch.genesis(stream, epoch)
        while rows := _page(connection, batches, stream, epoch, batches.c.last > last, most=1):
            [row] = rows
            # Of a batch whose predecessor was let go of nobody knows the hashes within; it is of an epoch that is over.
            if row.first == last + 1:
                lines = batch.unpack_lines(row.body)
                connection.execute(records.insert(), list(_events(row, lines, batch.chain_all(prev, lines))))
            last, prev = row.last, row.hash
    op.drop_table("written_batch")


def _beginning(rows: Sequence[Any]) -> Iterator[Any]:
    """As many of the first rows as make one batch."""
    size = 0
    for row in rows:
        size += len(row.body) + 1
        if row is not rows[0] and (row.restored != rows[0].restored or size > batch.MAX_PLAIN_BYTES):
            return
        yield row


def _alone_with(table: str) -> sa.Connection:
    """The database, in which nobody else writes into `table` any more: what is added to it now would be lost with it."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    return op.get_bind()


def _page(
    connection: sa.Connection,
    table: sa.Table,
    stream: str,
    epoch: int,
    behind: sa.ColumnElement[bool],
    *,
    most: int = batch.MAX_EVENTS,
) -> Sequence[Any]:
    here = (table.c.stream == stream, table.c.epoch == epoch, behind)
    return connection.execute(sa.select(table).where(*here).order_by(*table.primary_key).limit(most)).all()


def _events(row: Any, lines: Sequence[bytes], hashes: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    for line, hash_ in zip(lines, hashes, strict=True):
        event = envelope.decode(line)
        yield {
            "stream": row.stream,
            "epoch": row.epoch,
            "sequence": event.sequence,
            "event_id": event.id,
            "type": event.type,
            "record_key": event.subject,
            "record_version": event.recordversion,
            "body": line,
            "hash": hash_,
            "created_at": row.written_at,
            "restored": row.restored,
        }


def _create_batches() -> sa.Table:
    table = op.create_table(
        "written_batch",
        *_place(),
        sa.Column("last", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("restored", sa.Boolean(), nullable=False),
        # Last, so that SQLite finds all else without it.
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(*_PLACE, "last", name=op.f("pk_written_batch")),
    )
    if op.get_context().dialect.name == "postgresql":
        # They are compressed, so the database need not try to make them smaller.
        op.execute("ALTER TABLE written_batch ALTER COLUMN body SET STORAGE EXTERNAL")
    return table


def _create_records() -> sa.Table:
    return op.create_table(
        "log_record",
        *_place(),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("record_key", sa.String(length=80), nullable=False),
        sa.Column("record_version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("restored", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint(*_PLACE, "sequence", name=op.f("pk_log_record")),
    )


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
    )
