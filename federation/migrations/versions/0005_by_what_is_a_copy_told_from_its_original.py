"""by what is a copy told from its original?"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "incarnation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marker", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incarnation")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("incarnation")
