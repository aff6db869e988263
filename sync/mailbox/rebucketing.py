"""How do records come into the buckets of another rule?

For the scripts that bring a side's database forward: the tables and rules stand here as they are at that step, whatever becomes
of them later.
"""

from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

_IS_DATED = "length(key) = 36 AND substr(key, 15, 1) = '7'"
# Where the four bytes of a hash begin that each sum is of.
_PARTS = (13, 9, 5, 1)


def bucket_by_moment() -> None:
    """Puts records whose keys are UUIDs of version 7 where the moment says at which these were drawn."""
    _sort_keys_as("C")
    _bucket_by("substr(key, 1, 11)", before="digest_bucket", after="digest_sum")


def bucket_by_key() -> None:
    """Puts all records where the whole of their keys says."""
    _sort_keys_as("default")
    _bucket_by("key", before="digest_sum", after="digest_bucket")


def _sort_keys_as(collation: str) -> None:
    if _is_postgresql():
        op.execute(f'ALTER TABLE record_state ALTER COLUMN key TYPE varchar(80) COLLATE "{collation}"')


def _bucket_by(beginning: str, *, before: str, after: str) -> None:
    """Adds all up anew, too, in a table of another name: a program that puts records elsewhere must not find it.

    A comparison or recovery under way begins again.
    """
    op.execute("UPDATE stream_head SET recovery = NULL")
    op.execute("UPDATE stream_cursor SET differing = NULL")
    op.drop_table(before)
    op.create_table(
        after,
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        *(sa.Column(f"sum_{number}", sa.BigInteger(), nullable=False) for number in range(len(_PARTS))),
        sa.PrimaryKeyConstraint("stream", "kind", "bucket", name=op.f(f"pk_{after}")),
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM record_state LIMIT 1")).first() is None:
        return
    first_byte, number = _on_postgresql() if _is_postgresql() else _on_sqlite()
    op.execute(f"UPDATE record_state SET bucket = {first_byte.format(beginning)} WHERE {_IS_DATED}")  # noqa: S608 - our own words
    sums = ", ".join(f"sum({number.format(place)})" for place in _PARTS)
    op.execute(
        f"INSERT INTO {after} (stream, kind, bucket, records, minutes, sum_0, sum_1, sum_2, sum_3)"  # noqa: S608 - the same
        f" SELECT stream, kind, bucket, count(*), sum(minutes), {sums} FROM record_state GROUP BY stream, kind, bucket"
    )


def _on_postgresql() -> tuple[str, str]:
    """How the first byte of a text's SHA-256 is written there, and the number in four bytes of a hash."""
    number = "('x' || encode(substr(hash, {}, 4), 'hex'))::bit(32)::bigint"
    return "get_byte(sha256(convert_to({}, 'UTF8')), 0)", number


def _on_sqlite() -> tuple[str, str]:
    """The same for SQLite, which calls Python for it."""
    connection: Any = op.get_bind().connection
    connection.create_function("first_byte", 1, lambda text: sha256(text.encode()).digest()[0], deterministic=True)
    connection.create_function("number_in", 1, lambda part: int.from_bytes(part, "big"), deterministic=True)
    return "first_byte({})", "number_in(substr(hash, {}, 4))"


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
