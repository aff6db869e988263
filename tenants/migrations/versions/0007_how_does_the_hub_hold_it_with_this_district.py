"""how does the hub hold it with this district?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "membership",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_membership")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("membership")
