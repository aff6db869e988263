"""how are persons told apart?

The history of volunteer IDs is written anew as a chain of hashes, with what stood in it. What a registration was found to be
like after it had its ID becomes a review, which is what it was noted for.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.databases.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "candidate_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("key", "registration_id", name=op.f("pk_candidate_key")),
    )
    op.create_index(op.f("ix_candidate_key_registration_id"), "candidate_key", ["registration_id"])
    op.create_table(
        "value_count",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_value_count")),
    )
    op.create_table(
        "matching_model",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_matching_model")),
        sa.UniqueConstraint("version", name=op.f("uq_matching_model_version")),
    )
    op.create_table(
        "matching_policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("auto_weight", sa.Double(), nullable=False),
        sa.Column("review_weight", sa.Double(), nullable=False),
        sa.Column("conflict_weight", sa.Double(), nullable=False),
        sa.Column("contradiction_weight", sa.Double(), nullable=False),
        sa.Column("margin_weight", sa.Double(), nullable=False),
        sa.Column("most_registrations", sa.Integer(), nullable=False),
        sa.Column("most_candidates", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_matching_policy")),
    )
    op.create_table(
        "do_not_link",
        sa.Column("one", sa.String(length=36), nullable=False),
        sa.Column("other", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.CheckConstraint("one < other", name=op.f("ck_do_not_link_in_order")),
        sa.ForeignKeyConstraint(["one"], ["registration.registration_id"], name=op.f("fk_do_not_link_one")),
        sa.ForeignKeyConstraint(["other"], ["registration.registration_id"], name=op.f("fk_do_not_link_other")),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_do_not_link")),
    )
    op.create_index(op.f("ix_do_not_link_other"), "do_not_link", ["other"])
    op.add_column("registration", sa.Column("keys_version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.alter_column("keys_version", existing_type=sa.Integer(), server_default=None)
    _create_reviews()
    _say_whose_the_ids_are()
    _write_the_history_as_a_chain()


def downgrade() -> None:
    """Goes back. The history keeps what it says without its chain; what machines and stewards decided since stays decided."""
    events = op.get_bind().execute(sa.text("SELECT * FROM identity_event WHERE volunteer_id IS NOT NULL ORDER BY number")).all()
    op.drop_table("identity_event")
    before = op.create_table(
        "identity_event",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("volunteer_id", sa.String(length=14), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_identity_event")),
    )
    op.create_index(op.f("ix_identity_event_registration_id"), "identity_event", ["registration_id"])
    op.create_index(op.f("ix_identity_event_volunteer_id"), "identity_event", ["volunteer_id"])
    names = ("number", "type", "volunteer_id", "registration_id", "by")
    rows = [
        {name: getattr(event, name) for name in names} | {"evidence": json.loads(event.body), "at": _moment(event.at)}
        for event in events
    ]
    op.bulk_insert(before, rows)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_link_own_volunteer_id"), type_="foreignkey")
        for column in ("verified", "model_version", "weight", "by", "own_volunteer_id"):
            batch_op.drop_column(column)
    op.execute("""
        UPDATE link
        SET reason = CASE WHEN reason IN ('first', 'provisional') THEN 'document_unknown' ELSE 'document_agrees' END
    """)
    op.drop_column("volunteer", "district")
    op.drop_column("registration", "keys_version")
    for table in ("question", "review", "do_not_link", "matching_policy", "matching_model", "value_count", "candidate_key"):
        op.drop_table(table)


def _create_reviews() -> None:
    op.create_table(
        "review",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("other_registration_id", sa.String(length=36), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("needs", sa.String(length=20), nullable=True),
        sa.Column("needs_since", _MOMENT, nullable=True),
        sa.Column("first_decision_by", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("act", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["follows"], ["review.number"], name=op.f("fk_review_follows")),
        sa.ForeignKeyConstraint(
            ["other_registration_id"], ["registration.registration_id"], name=op.f("fk_review_other_registration_id")
        ),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.registration_id"], name=op.f("fk_review_registration_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_other_registration_id"), "review", ["other_registration_id"])
    op.create_index(op.f("ix_review_registration_id"), "review", ["registration_id"])
    op.create_index(op.f("ix_review_state_kind_opened_at"), "review", ["state", "kind", "opened_at"])
    op.create_table(
        "question",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("review_number", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.String(length=36), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answer_epoch", sa.BigInteger(), nullable=False),
        sa.Column("answer_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.registration_id"], name=op.f("fk_question_registration_id")
        ),
        sa.ForeignKeyConstraint(["review_number"], ["review.number"], name=op.f("fk_question_review_number")),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question")),
    )
    for column in ("district", "registration_id", "review_number"):
        op.create_index(op.f(f"ix_question_{column}"), "question", [column])


def _say_whose_the_ids_are() -> None:
    """Writes beside each ID through which district it came, and beside each link whether its ID was issued for it."""
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("district", sa.String(length=40), nullable=True))
    op.execute("""
        UPDATE volunteer SET district = coalesce((
            SELECT min(registration.district) FROM registration
            JOIN identity_event ON identity_event.registration_id = registration.registration_id
            WHERE identity_event.volunteer_id = volunteer.volunteer_id AND identity_event.type IN ('issued', 'claimed')
        ), '')
    """)
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.alter_column("district", existing_type=sa.String(length=40), nullable=False)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own_volunteer_id", sa.String(length=14), nullable=True))
        batch_op.add_column(sa.Column("by", sa.String(length=80), nullable=False, server_default="matching"))
        batch_op.add_column(sa.Column("weight", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("model_version", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f("fk_link_own_volunteer_id"), "volunteer", ["own_volunteer_id"], ["volunteer_id"])
    op.execute("""
        UPDATE link SET
            reason = CASE WHEN reason = 'document_agrees' THEN 'document' ELSE 'first' END,
            own_volunteer_id = (
                SELECT min(identity_event.volunteer_id) FROM identity_event
                WHERE identity_event.registration_id = link.registration_id AND identity_event.type = 'issued'
            )
    """)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.alter_column("by", existing_type=sa.String(length=80), server_default=None)
        batch_op.alter_column("verified", existing_type=sa.Boolean(), server_default=None)


def _write_the_history_as_a_chain() -> None:
    events = op.get_bind().execute(sa.text("SELECT * FROM identity_event ORDER BY number")).all()
    op.drop_table("identity_event")
    chain = op.create_table(
        "identity_event",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("volunteer_id", sa.String(length=14), nullable=True),
        sa.Column("registration_id", sa.String(length=36), nullable=True),
        sa.Column("act", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_identity_event")),
    )
    for column in ("act", "registration_id", "volunteer_id"):
        op.create_index(op.f(f"ix_identity_event_{column}"), "identity_event", [column])
    head = sha256(b"identity history").digest()
    rows: list[dict[str, Any]] = []
    whose = _Whose()
    for event in events:
        begun = len(rows) + 1
        for row in (_event(event), *whose.after(event, act=begun)):
            numbered = row | {"number": len(rows) + 1}
            said = [numbered[name] for name in ("number", "type", "volunteer_id", "registration_id", "act", "by", "body")]
            head = sha256(head + _canonical([*said, numbered["at"].timestamp()]).encode()).digest()
            rows.append(numbered | {"hash": head})
    op.bulk_insert(chain, rows)


class _Whose:
    """Whose the registrations were, and where aliases led, as far as the old history has been read.

    Of a claim it only said which ID became an alias; the new one says as well what moved with it.
    """

    def __init__(self) -> None:
        self._members: dict[str, list[str]] = defaultdict(list)
        self._aliases: dict[str, list[str]] = defaultdict(list)

    def after(self, event: Any, *, act: int) -> list[dict[str, Any]]:
        """What followed from `event`, which has the number `act` in the new history."""
        if event.type == "linked":
            self._members[event.volunteer_id].append(event.registration_id)
        if event.type != "claimed":
            return []
        loser, to = _evidence(event)["alias"], event.volunteer_id
        moved, led = self._members.pop(loser, []), [*self._aliases.pop(loser, []), loser]
        self._members[to] += moved
        self._aliases[to] += led
        kept = {"act": act, "by": event.by, "at": _moment(event.at)}
        moves = {"from": loser, "has": {"verified": False}}
        return [
            *(_row("moved", to, registration_id, moves, **kept) for registration_id in moved),
            *(_row("aliased", alias, None, {"to": to, "had": None if alias == loser else loser}, **kept) for alias in led),
        ]


def _row(type: str, volunteer_id: str | None, registration_id: str | None, body: Any, **kept: Any) -> dict[str, Any]:
    return {"type": type, "volunteer_id": volunteer_id, "registration_id": registration_id, "body": _canonical(body), **kept}


def _evidence(event: Any) -> Any:
    return event.evidence if isinstance(event.evidence, dict) else json.loads(event.evidence)


def _event(event: Any) -> dict[str, Any]:
    evidence = _evidence(event)
    kept = {"act": None, "by": event.by, "at": _moment(event.at)}
    if event.type != "matched_later":
        return _row(event.type, event.volunteer_id, event.registration_id, evidence, **kept)
    other = evidence.get("registration_id")
    op.get_bind().execute(
        sa.text(
            "INSERT INTO review (kind, state, registration_id, other_registration_id, fields, policy_version, opened_at) "
            "VALUES ('merge', 'open', :one, :other, '[]', 0, :at)"
        ).bindparams(sa.bindparam("at", type_=_MOMENT)),
        {"one": event.registration_id, "other": other, "at": kept["at"]},
    )
    review = op.get_bind().scalar(sa.text("SELECT max(number) FROM review"))
    body = {"review": review, "kind": "merge", "other": other, "weight": None}
    return _row("review_opened", None, event.registration_id, body, **kept)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _moment(written: str | datetime) -> datetime:
    """A moment as a query without types gives it: SQLite keeps text without a zone."""
    moment = datetime.fromisoformat(written) if isinstance(written, str) else written
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
