"""What is kept of an import?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum("volunteers", "hours", name="kind", native_enum=False, length=20), nullable=False),
        sa.Column("mode", sa.Enum("good_rows", "all_rows", name="mode", native_enum=False, length=20), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("exported_on", sa.Date(), nullable=True),
        sa.Column("started_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("progressed_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "state", sa.Enum("running", "done", "refused", name="jobstate", native_enum=False, length=20), nullable=False
        ),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("noticed", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_job_sha256"), ["sha256"], unique=False)

    op.create_table(
        "import_finding",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("severity", sa.Enum("refused", "notice", name="severity", native_enum=False, length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("record", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_finding_job_id")),
        sa.PrimaryKeyConstraint("job_id", "line", "rank", name=op.f("pk_import_finding")),
    )
    with op.batch_alter_table("hour_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("register_digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("hour_entry", schema=None) as batch_op:
        batch_op.drop_column("register_digest")

    op.drop_table("import_finding")
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_job_sha256"))

    op.drop_table("import_job")
