"""In which sector is an organization?"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sector_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("sector_id")
