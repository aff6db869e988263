"""how are the batches kept that were taken?"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _store(how: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE received_batch ALTER COLUMN body SET STORAGE {how}")


def upgrade() -> None:
    """Goes forward: they are compressed and encrypted, so the database need not try to make them smaller."""
    _store("EXTERNAL")


def downgrade() -> None:
    """Goes back."""
    _store("EXTENDED")
