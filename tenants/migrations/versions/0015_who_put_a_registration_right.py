"""who put a registration right?"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "registration_correction",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_correction_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "version", name=op.f("pk_registration_correction")),
    )


def downgrade() -> None:
    """Goes back. Who corrected what, and why, is known to nobody then."""
    op.drop_table("registration_correction")
