"""who has tried to be the operator?"""

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
        "operator_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=45), nullable=False),
        sa.Column("at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_attempt")),
    )
    op.create_index(op.f("ix_operator_attempt_origin_at"), "operator_attempt", ["origin", "at"])


def downgrade() -> None:
    """Goes back."""
    op.drop_index(op.f("ix_operator_attempt_origin_at"), table_name="operator_attempt")
    op.drop_table("operator_attempt")
