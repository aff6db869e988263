"""From where was an account signed in to before?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward. Failures count for minutes only, so none is kept."""
    _drop("address")
    _create("origin", sa.Column("succeeded", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Goes back."""
    _drop("origin")
    _create("address")


def _drop(place: str) -> None:
    op.drop_index(op.f(f"ix_sign_in_attempt_{place}_at"), table_name="sign_in_attempt")
    op.drop_index(op.f("ix_sign_in_attempt_username_at"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")


def _create(place: str, *more: sa.Column[bool]) -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column(place, sa.String(length=45), nullable=False),
        sa.Column("at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f(f"ix_sign_in_attempt_{place}_at"), "sign_in_attempt", [place, "at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_username_at"), "sign_in_attempt", ["username", "at"], unique=False)
