"""under which keys are documents kept?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "retired_token_key",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_retired_token_key")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document_disagrees", sa.String(length=40), nullable=True))
    with op.batch_alter_table("registration_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_document_hub_key_version"), ["hub_key_version"], unique=False)


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("registration_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_document_hub_key_version"))
    with op.batch_alter_table("registration", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("document_disagrees")
    op.drop_table("retired_token_key")
