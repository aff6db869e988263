"""how are a registration's sums kept?"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward: rows that are there keep their places until they are changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE registration_total SET (fillfactor = 70)")


def downgrade() -> None:
    """Goes back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE registration_total RESET (fillfactor)")
