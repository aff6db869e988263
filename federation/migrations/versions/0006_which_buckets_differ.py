"""which buckets differ?"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("stream_cursor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("differing", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("wish", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("stream_cursor", schema=None) as batch_op:
        batch_op.drop_column("wish")
        batch_op.drop_column("differing")
