"""from where was a sign-in asked for?"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward: what waits now has no origin, and counts for nobody."""
    with op.batch_alter_table("authorization_request") as table:
        table.add_column(sa.Column("origin", sa.String(length=80), nullable=True))
        table.create_index(table.f("ix_authorization_request_origin_expires_at"), ["origin", "expires_at"])


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("authorization_request") as table:
        table.drop_index(table.f("ix_authorization_request_origin_expires_at"))
        table.drop_column("origin")
