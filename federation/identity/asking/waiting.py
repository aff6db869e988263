"""Does a review wait for a district?"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.reviews.models import Question, Review, ReviewNeed


def wait_for_answers(session: Session, review: Review, *, at: datetime) -> None:
    """Lets a pending review wait as long as a district owes an answer to a question about it, and no longer."""
    if not review.is_pending:
        return
    waits, is_owed = review.needs is ReviewNeed.DISTRICT, _is_owed(session, review)
    if is_owed and not waits:
        review.wait_for(ReviewNeed.DISTRICT, at=at)
    elif waits and not is_owed:
        review.wait_for(None, at=at)


def _is_owed(session: Session, review: Review) -> bool:
    question = Question
    owed = select(question.question_id).where(
        question.review_number == review.number,
        question.answer.is_(None),
        question.withdrawn_at.is_(None),
        question.used_at.is_(None),
    )
    return session.execute(owed.limit(1)).first() is not None
