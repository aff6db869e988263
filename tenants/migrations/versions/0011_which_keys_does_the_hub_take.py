"""which keys does the hub take?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "recognized_key",
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("not_before", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_after", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_recognized_key")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("recognized_key")
