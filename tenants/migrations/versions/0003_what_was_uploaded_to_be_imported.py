"""What was uploaded to be imported?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "import_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("volunteers", "hours", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("exported_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.Column("uploaded_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("trying", "tried", "importing", "imported", "unreadable", name="stage", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("mode", sa.Enum("good_rows", "all_rows", name="mode", native_enum=False, length=20), nullable=True),
        sa.Column("wanted_by", sa.String(length=80), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("worked_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_upload_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
    )


def downgrade() -> None:
    """Goes back."""
    op.drop_table("import_upload")
