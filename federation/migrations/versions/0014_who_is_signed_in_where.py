"""who is signed in where, by way of which client?

A program of the version before knows none of these tables, and signs people in at the hub's own pages alone.
"""

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)
_IN_TURN = sa.text("state IN ('next', 'active')")


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "client",
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=True),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("post_logout_redirect_uris", sa.JSON(), nullable=False),
        sa.Column("backchannel_logout_uri", sa.String(length=500), nullable=True),
        sa.Column(
            "authentication",
            sa.Enum("private_key_jwt", "client_secret_basic", name="authentication", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("jwks", sa.JSON(), nullable=True),
        sa.Column(
            "id_token_algorithm", sa.Enum("ES256", "RS256", name="algorithm", native_enum=False, length=20), nullable=False
        ),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("first_party", sa.Boolean(), nullable=False),
        sa.Column("pkce_required", sa.Boolean(), nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_index(op.f("ix_client_district"), "client", ["district"])
    op.create_table(
        "client_assertion",
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_hash", name=op.f("pk_client_assertion")),
    )
    op.create_index(op.f("ix_client_assertion_expires_at"), "client_assertion", ["expires_at"])
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("algorithm", sa.Enum("ES256", "RS256", name="algorithm", native_enum=False, length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum("next", "active", "retired", "withdrawn", name="keystate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("sealed_private_jwk", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("activated_at", _MOMENT, nullable=True),
        sa.Column("retired_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_index(
        op.f("ix_signing_key_algorithm_state"),
        "signing_key",
        ["algorithm", "state"],
        unique=True,
        sqlite_where=_IN_TURN,
        postgresql_where=_IN_TURN,
    )
    op.create_table(
        "authorization_request",
        sa.Column("id_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("pushed", sa.Boolean(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_authorization_request_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_authorization_request")),
    )
    op.create_index(op.f("ix_authorization_request_expires_at"), "authorization_request", ["expires_at"])
    op.create_table(
        "consent",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_consent_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "client_id", name=op.f("pk_consent")),
    )
    op.create_table(
        "client_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_session_id"],
            ["account_session.id"],
            name=op.f("fk_client_session_account_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_client_session_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_session")),
    )
    op.create_index(
        op.f("ix_client_session_account_session_id_client_id"), "client_session", ["account_session_id", "client_id"]
    )
    op.create_index(op.f("ix_client_session_ended_at"), "client_session", ["ended_at"])
    op.create_table(
        "client_authorization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_session_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("nonce", sa.String(length=500), nullable=True),
        sa.Column("redirect_uri", sa.String(length=500), nullable=False),
        sa.Column("authenticated_at", _MOMENT, nullable=False),
        sa.Column("methods", sa.String(length=40), nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_challenge", sa.String(length=128), nullable=True),
        sa.Column("code_expires_at", _MOMENT, nullable=False),
        sa.Column("code_used_at", _MOMENT, nullable=True),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_session_id"],
            ["client_session.id"],
            name=op.f("fk_client_authorization_client_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_authorization")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_client_authorization_code_hash")),
    )
    op.create_index(op.f("ix_client_authorization_client_session_id"), "client_authorization", ["client_session_id"])
    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["client_authorization.id"], name=op.f("fk_access_token_authorization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_token")),
    )
    op.create_index(op.f("ix_access_token_authorization_id"), "access_token", ["authorization_id"])
    op.create_index(op.f("ix_access_token_expires_at"), "access_token", ["expires_at"])
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["client_authorization.id"],
            name=op.f("fk_refresh_token_authorization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_token")),
    )
    op.create_index(op.f("ix_refresh_token_authorization_id"), "refresh_token", ["authorization_id"])
    op.create_index(op.f("ix_refresh_token_expires_at"), "refresh_token", ["expires_at"])
    op.create_index(op.f("ix_account_session_ended_at"), "account_session", ["ended_at"])


def downgrade() -> None:
    """Goes back."""
    op.drop_index(op.f("ix_account_session_ended_at"), "account_session")
    for table in (
        "refresh_token",
        "access_token",
        "client_authorization",
        "client_session",
        "consent",
        "authorization_request",
        "signing_key",
        "client_assertion",
        "client",
    ):
        op.drop_table(table)
