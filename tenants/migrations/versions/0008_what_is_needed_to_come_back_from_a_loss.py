"""what is needed to come back from a loss?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "digest_bucket",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("sum_0", sa.BigInteger(), nullable=False),
        sa.Column("sum_1", sa.BigInteger(), nullable=False),
        sa.Column("sum_2", sa.BigInteger(), nullable=False),
        sa.Column("sum_3", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "kind", "bucket", name=op.f("pk_digest_bucket")),
    )
    op.create_table(
        "record_state",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "kind", "key", name=op.f("pk_record_state")),
    )
    with op.batch_alter_table("log_record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restored", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("stream_cursor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proven_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("differs_since", sync.databases.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("stream_head", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recovery", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("compared_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("stream_head", schema=None) as batch_op:
        batch_op.drop_column("compared_at")
        batch_op.drop_column("recovery")

    with op.batch_alter_table("stream_cursor", schema=None) as batch_op:
        batch_op.drop_column("differs_since")
        batch_op.drop_column("proven_at")

    with op.batch_alter_table("log_record", schema=None) as batch_op:
        batch_op.drop_column("restored")

    op.drop_table("record_state")
    op.drop_table("digest_bucket")
