"""who is signed in by the hub's word?"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    """Goes forward."""
    for table in ("registration", "staff_member"):
        op.add_column(table, sa.Column("subject", sa.String(length=80), nullable=True))
        with op.batch_alter_table(table) as batch:
            batch.create_unique_constraint(f"uq_{table}_subject", ["subject"])
    op.create_table(
        "local_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_epoch", sa.Integer(), nullable=True),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("sid", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("volunteer_id", sa.String(length=14), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("id_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_at", _MOMENT, nullable=True),
        sa.Column("hub_silent_since", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_local_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_local_session_key_hash")),
    )
    for column in ("sid", "staff_id", "subject"):
        op.create_index(op.f(f"ix_local_session_{column}"), "local_session", [column])
    op.create_table(
        "relying_party",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("public_url", sa.String(length=200), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("client_id", sa.String(length=80), nullable=True),
        sa.Column("registered_epoch", sa.BigInteger(), nullable=False),
        sa.Column("registered_version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_relying_party")),
    )
    op.create_table(
        "security_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index(op.f("ix_security_event_at"), "security_event", ["at"])
    op.create_table(
        "seen_logout",
        sa.Column("jti_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("jti_hash", name=op.f("pk_seen_logout")),
    )
    op.create_index(op.f("ix_seen_logout_expires_at"), "seen_logout", ["expires_at"])


def downgrade() -> None:
    """Goes back. Everybody signs in again, with a password of the district, and the hub is told of its pages anew."""
    for table in ("seen_logout", "security_event", "relying_party", "local_session"):
        op.drop_table(table)
    for table in ("staff_member", "registration"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"uq_{table}_subject", type_="unique")
            batch.drop_column("subject")
