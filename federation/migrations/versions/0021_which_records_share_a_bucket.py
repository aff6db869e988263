"""Which records share a bucket?"""

from sync.mailbox.rebucketing import bucket_by_key, bucket_by_moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward: those that were made in the same moment."""
    bucket_by_moment()


def downgrade() -> None:
    """Goes back: those whose keys fall together by chance."""
    bucket_by_key()
