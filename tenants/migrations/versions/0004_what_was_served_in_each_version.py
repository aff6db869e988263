"""What did each version of an hour entry say was served, and where?"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "organization_id": sa.Uuid(),
    "activity": sa.String(length=200),
    "field": sa.String(length=80),
}


def upgrade() -> None:
    """Goes forward. Of the versions that were there before nothing else is known than what their entries say now."""
    with op.batch_alter_table("hour_entry_version") as table:
        for name, kind in _COLUMNS.items():
            table.add_column(sa.Column(name, kind, nullable=True))
    entry = sa.table("hour_entry", sa.column("id"), *(sa.column(name) for name in _COLUMNS))
    version = sa.table("hour_entry_version", sa.column("entry_id"), *(sa.column(name) for name in _COLUMNS))
    said = {name: sa.select(entry.c[name]).where(entry.c.id == version.c.entry_id).scalar_subquery() for name in _COLUMNS}
    op.execute(sa.update(version).values(said))
    with op.batch_alter_table("hour_entry_version") as table:
        for name, kind in _COLUMNS.items():
            table.alter_column(name, existing_type=kind, nullable=False)
        table.create_foreign_key(op.f("fk_hour_entry_version_organization_id"), "organization", ["organization_id"], ["id"])


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("hour_entry_version") as table:
        table.drop_constraint(op.f("fk_hour_entry_version_organization_id"), type_="foreignkey")
        for name in _COLUMNS:
            table.drop_column(name)
