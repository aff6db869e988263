"""what does the city say of registrations?"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "identity_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_epoch", sa.Integer(), nullable=False),
        sa.Column("asked_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answer_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_identity_question_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_question")),
    )
    op.create_index(op.f("ix_identity_question_registration_id"), "identity_question", ["registration_id"])
    op.create_index(op.f("ix_identity_question_state_asked_at"), "identity_question", ["state", "asked_at"])
    op.create_table(
        "former_volunteer_id",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.String(length=14), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_former_volunteer_id_registration_id")),
        sa.PrimaryKeyConstraint("registration_id", "volunteer_id", name=op.f("pk_former_volunteer_id")),
    )
    op.create_index(op.f("ix_former_volunteer_id_volunteer_id"), "former_volunteer_id", ["volunteer_id"])


def downgrade() -> None:
    """Goes back. What was asked and answered, and former IDs, are known at the hub alone then."""
    op.drop_table("former_volunteer_id")
    op.drop_table("identity_question")
