"""which tables does the hub begin with?"""

import sqlalchemy as sa
from alembic import op

import sync.databases.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "district",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("state", sa.Enum("active", name="districtstate", native_enum=False, length=20), nullable=False),
        sa.Column("joined_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_district")),
    )
    op.create_table(
        "identity_event",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "type",
            sa.Enum("issued", "linked", "matched_later", name="identityeventtype", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("volunteer_id", sa.String(length=14), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_identity_event")),
    )
    with op.batch_alter_table("identity_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_event_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity_event_volunteer_id"), ["volunteer_id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("started_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("raw_minutes", sa.Integer(), nullable=False),
        sa.Column("credited_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("certified", "corrected", "revoked", name="ledgerstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("certified_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("raw_minutes >= 0 AND credited_minutes >= 0", name=op.f("ck_ledger_entry_minutes")),
        sa.PrimaryKeyConstraint("district", "entry_id", "epoch", "version", name=op.f("pk_ledger_entry")),
    )
    op.create_table(
        "log_record",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("record_key", sa.String(length=80), nullable=False),
        sa.Column("record_version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", "epoch", "sequence", name=op.f("pk_log_record")),
    )
    op.create_table(
        "month_total",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "month", "field", name=op.f("pk_month_total")),
    )
    op.create_table(
        "organization",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "organization_id", name=op.f("pk_organization")),
    )
    op.create_table(
        "organization_total",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "organization_id", name=op.f("pk_organization_total")),
    )
    op.create_table(
        "parked_record",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("record_key", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parked_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", "epoch", "sequence", name=op.f("pk_parked_record")),
    )
    op.create_table(
        "person_total",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("registrations", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", name=op.f("pk_person_total")),
    )
    op.create_table(
        "quarantined_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claimed_stream", sa.String(length=80), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_message")),
    )
    op.create_table(
        "received_batch",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", "epoch", "last", name=op.f("pk_received_batch")),
    )
    op.create_table(
        "registration",
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("gender", sa.String(length=1), nullable=True),
        sa.Column("registered_on", sa.String(length=10), nullable=False),
        sa.Column("document_flaw", sa.String(length=40), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_registration")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_district"), ["district"], unique=False)

    op.create_table(
        "registration_total",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "registration_id", name=op.f("pk_registration_total")),
    )
    op.create_table(
        "stream_cursor",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("head_sequence", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("as_of", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_cursor")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("peer_sequence", sa.BigInteger(), nullable=False),
        sa.Column("peer_verdict", sa.String(length=20), nullable=True),
        sa.Column("peer_heard_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("gaps", sa.BigInteger(), nullable=False),
        sa.Column("rewinds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "volunteer",
        sa.Column("volunteer_id", sa.String(length=14), nullable=False),
        sa.Column("issued_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_volunteer")),
    )
    op.create_table(
        "district_key",
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=80), nullable=False),
        sa.Column("jwk", sa.LargeBinary(), nullable=False),
        sa.Column("not_before", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_after", sync.databases.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["district"], ["district.code"], name=op.f("fk_district_key_district")),
        sa.PrimaryKeyConstraint("district", "key_id", name=op.f("pk_district_key")),
    )
    op.create_table(
        "link",
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_id", sa.String(length=14), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "no_document",
                "document_unknown",
                "document_disagrees",
                "document_agrees",
                name="linkreason",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("linked_at", sync.databases.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.registration_id"], name=op.f("fk_link_registration_id")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.volunteer_id"], name=op.f("fk_link_volunteer_id")),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_volunteer_id"), ["volunteer_id"], unique=False)

    op.create_table(
        "registration_document",
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("token", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("hub_key_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.registration_id"], name=op.f("fk_registration_document_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "token", name=op.f("pk_registration_document")),
    )
    with op.batch_alter_table("registration_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_document_token"), ["token"], unique=False)


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("registration_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_document_token"))

    op.drop_table("registration_document")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_volunteer_id"))

    op.drop_table("link")
    op.drop_table("district_key")
    op.drop_table("volunteer")
    op.drop_table("stream_head")
    op.drop_table("stream_cursor")
    op.drop_table("registration_total")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_district"))

    op.drop_table("registration")
    op.drop_table("received_batch")
    op.drop_table("quarantined_message")
    op.drop_table("person_total")
    op.drop_table("parked_record")
    op.drop_table("organization_total")
    op.drop_table("organization")
    op.drop_table("month_total")
    op.drop_table("log_record")
    op.drop_table("ledger_entry")
    with op.batch_alter_table("identity_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_event_volunteer_id"))
        batch_op.drop_index(batch_op.f("ix_identity_event_registration_id"))

    op.drop_table("identity_event")
    op.drop_table("district")
