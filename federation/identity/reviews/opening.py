"""How does a steward come to be asked about two registrations?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening
from federation.identity.matching.deciding import Asked
from federation.identity.reviews.models import Review, ReviewState
from sync.databases import bulk


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
        number = session.execute(insert(Review).values(values).returning(Review.number)).scalar_one()
        happenings.append(
            Happening(
                type=IdentityEventType.REVIEW_OPENED,
                registration_id=question.registration_id,
                body={
                    "review": number,
                    "kind": question.asked.kind,
                    "other": question.other_registration_id,
                    "weight": values["weight"],
                },
            )
        )
    return happenings


def _open_pairs(session: Session, registration_ids: Sequence[str]) -> set[frozenset[str | None]]:
    review = Review
    is_about_one = bulk.among(session, review.registration_id, registration_ids)
    is_about_other = bulk.among(session, review.other_registration_id, registration_ids)
    rows = session.execute(
        select(review.registration_id, review.other_registration_id).where(
            review.state.in_((ReviewState.OPEN, ReviewState.SECONDING)), is_about_one | is_about_other
        )
    )
    return {_pair(one, other) for one, other in rows}


def _pair(one: str, other: str | None) -> frozenset[str | None]:
    return frozenset((one, other))
