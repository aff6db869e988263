"""how do districts join and leave?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "district_change",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "suspended", "left", name="districtstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name=op.f("fk_district_change_district")),
        sa.PrimaryKeyConstraint("district", "version", name=op.f("pk_district_change")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("invited_by", sa.String(length=80), nullable=False),
        sa.Column("invited_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_district"), ["district"], unique=False)

    op.create_table(
        "bus_account",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("sealed_password", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_bus_account")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("bus_account")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_district"))

    op.drop_table("invitation")
    op.drop_table("district_change")
