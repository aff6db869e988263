"""how did somebody prove who they are?

A session says by which methods it began, and when they were last shown. One that a program of the version before begins
knows neither, and passes for one that began with a password, long ago.
"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)
_LONG_AGO = "1970-01-01 00:00:00"


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("volunteer_id", sa.String(length=14), nullable=True))
        batch_op.create_index(batch_op.f("ix_account_volunteer_id"), ["volunteer_id"], unique=True)
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authenticated_at", _MOMENT, nullable=False, server_default=_LONG_AGO))
        batch_op.add_column(sa.Column("methods", sa.String(length=40), nullable=False, server_default="pwd"))
    op.execute(sa.text("UPDATE account_session SET authenticated_at = began_at"))
    op.create_table(
        "district_role",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("role", sa.Enum(name="districtduty", native_enum=False, length=20), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_district_role_account_id")),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name=op.f("fk_district_role_district")),
        sa.PrimaryKeyConstraint("account_id", "district", name=op.f("pk_district_role")),
    )
    op.create_table(
        "security_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("client", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index(op.f("ix_security_event_account_id_at"), "security_event", ["account_id", "at"])
    op.create_index(op.f("ix_security_event_kind_at"), "security_event", ["kind", "at"])
    op.create_index(op.f("ix_security_event_at"), "security_event", ["at"])


def downgrade() -> None:
    """Goes back."""
    op.drop_table("security_event")
    op.drop_table("district_role")
    with op.batch_alter_table("account_session", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("methods")
        batch_op.drop_column("authenticated_at")
    with op.batch_alter_table("account", schema=None, recreate="never") as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_volunteer_id"))
        batch_op.drop_column("volunteer_id")
