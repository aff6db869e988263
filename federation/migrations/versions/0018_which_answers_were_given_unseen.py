"""Which answers were given unseen?"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_column("batch")
