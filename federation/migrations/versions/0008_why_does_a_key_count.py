"""why does a key count?"""

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
        "district_key_change",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district", "key_id"],
            ["district_key.district", "district_key.key_id"],
            name=op.f("fk_district_key_change_district_key_id"),
        ),
        sa.PrimaryKeyConstraint("district", "key_id", "version", name=op.f("pk_district_key_change")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("district_key_change")
