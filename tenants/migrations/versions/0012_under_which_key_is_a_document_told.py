"""under which key is a document told?"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        # There has been no other version: nothing could bring a district from one to the next.
        batch_op.add_column(sa.Column("document_token_version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("registration", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("document_token_version")
