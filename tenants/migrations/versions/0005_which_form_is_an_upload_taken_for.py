"""Which form is an upload taken for?"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("profile", sa.String(length=40), nullable=True))
    # What trying out gave is kept in another form from now on; of a file that cannot be read nothing else was kept.
    op.execute("UPDATE import_upload SET stage = 'trying', result = NULL, worked_at = NULL WHERE stage = 'tried'")
    op.execute("DELETE FROM import_upload WHERE stage = 'unreadable'")


def downgrade() -> None:
    """Goes back."""
    op.execute("UPDATE import_upload SET stage = 'trying', result = NULL, worked_at = NULL WHERE stage = 'tried'")
    op.execute("DELETE FROM import_upload WHERE stage = 'unreadable'")
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.drop_column("profile")
