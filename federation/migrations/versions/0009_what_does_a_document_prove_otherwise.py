"""what does a document prove otherwise?"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document_disagrees", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("document_disagrees")
