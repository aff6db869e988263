"""when did somebody show who they are?"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward. Of who is signed in nobody knows it, so they are asked before the next thing that is grave."""
    op.add_column("local_session", sa.Column("authenticated_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("local_session") as batch:
        batch.drop_column("authenticated_at")
