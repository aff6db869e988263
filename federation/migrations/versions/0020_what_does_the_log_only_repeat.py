"""What does the log only repeat?"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward: from now on not only what was given back after a loss. A recovery under way begins again."""
    op.execute("ALTER TABLE written_batch RENAME COLUMN restored TO repeated")
    op.execute("UPDATE stream_head SET recovery = NULL")


def downgrade() -> None:
    """Goes back."""
    op.execute("ALTER TABLE written_batch RENAME COLUMN repeated TO restored")
    op.execute("UPDATE stream_head SET recovery = NULL")
