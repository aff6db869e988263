"""What was asked about a review, and what came back?"""

from dataclasses import dataclass

from cryptography.fernet import MultiFernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.reviews.models import Question


@dataclass(frozen=True)
class Asked:
    """A question, and the words that the district put beside its answer."""

    question: Question
    note: str | None


def questions_about(session: Session, review_number: int, *, cipher: MultiFernet) -> list[Asked]:
    """Every question about the review, the first one first."""
    query = select(Question).where(Question.review_number == review_number)
    found = session.scalars(query.order_by(Question.asked_at, Question.question_id))
    return [Asked(question, cipher.decrypt(question.note).decode() if question.note else None) for question in found]
