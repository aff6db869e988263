"""How is the log kept?"""

from sync.mailbox.repacking import pack_log, unpack_log

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward: in batches, as they are sent."""
    pack_log()


def downgrade() -> None:
    """Goes back: a row for each event."""
    unpack_log()
