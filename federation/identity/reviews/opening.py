"""How does a steward come to be asked about two registrations?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening
from federation.identity.matching.deciding import Asked, ReviewKind
from federation.identity.reviews.models import PENDING, Review, ReviewState
from sync.databases import lookups


@dataclass(frozen=True)
class Question:
    """What is to be asked about a registration."""

    registration_id: str
    asked: Asked

    @property
    def other_registration_id(self) -> str | None:
        """The registration beside it."""
        return self.asked.pair.other.registration_id if self.asked.pair else None


def open_reviews(
    session: Session, questions: Sequence[Question], *, model_version: str, policy_version: int, at: datetime
) -> list[Happening]:
    """Opens a review for each question that is not open already; gives what the history says of them."""
    if not questions:
        return []
    known = _open_pairs(session, [question.registration_id for question in questions])
    happenings = []
    for question in questions:
        pair = _pair(question.registration_id, question.other_registration_id)
        if pair in known:
            continue
        known.add(pair)
        found = question.asked.pair
        values = {
            "kind": question.asked.kind,
            "state": ReviewState.OPEN,
            "registration_id": question.registration_id,
            "other_registration_id": question.other_registration_id,
            "weight": found.score.weight if found else None,
            "fields": msgspec.json.encode(found.score.evidence if found else ()).decode(),
            "model_version": model_version,
            "policy_version": policy_version,
            "opened_at": at,
        }
        happenings.append(_open(session, values))
    return happenings


def open_follow_up(session: Session, review: Review, kind: ReviewKind, *, at: datetime) -> Happening:
    """Asks about the registrations of `review`, which has been decided, once more; gives what the history says of it."""
    names = ("registration_id", "other_registration_id", "weight", "fields", "model_version", "policy_version")
    values = {name: getattr(review, name) for name in names}
    changed = {"kind": kind, "state": ReviewState.OPEN, "opened_at": at, "follows": review.number}
    return _open(session, values | changed)


def open_between(session: Session, one: str, other: str, *, policy_version: int, at: datetime) -> tuple[Review, Happening]:
    """Asks whether two persons are one of whom a steward thinks so; the registrations stand for them."""
    values = {
        "kind": ReviewKind.MERGE,
        "state": ReviewState.OPEN,
        "registration_id": one,
        "other_registration_id": other,
        "fields": "[]",
        "policy_version": policy_version,
        "opened_at": at,
    }
    opened = _open(session, values)
    return session.get_one(Review, opened.body["review"]), opened


def _open(session: Session, values: Mapping[str, Any]) -> Happening:
    number = session.execute(insert(Review).values(values).returning(Review.number)).scalar_one()
    return Happening(
        type=IdentityEventType.REVIEW_OPENED,
        registration_id=values["registration_id"],
        body={
            "review": number,
            "kind": values["kind"],
            "other": values["other_registration_id"],
            "weight": values.get("weight"),
        },
    )


def _open_pairs(session: Session, registration_ids: Sequence[str]) -> set[frozenset[str | None]]:
    review = Review
    is_about_one = lookups.among(session, review.registration_id, registration_ids)
    is_about_other = lookups.among(session, review.other_registration_id, registration_ids)
    rows = session.execute(
        select(review.registration_id, review.other_registration_id).where(
            review.state.in_(PENDING), is_about_one | is_about_other
        )
    )
    return {_pair(one, other) for one, other in rows}


def _pair(one: str, other: str | None) -> frozenset[str | None]:
    return frozenset((one, other))
