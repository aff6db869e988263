"""How does a steward ask a district about one of its registrations?

The district learns which of its own registrations is meant, and nothing of the one beside it in the review.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import DistrictState
from federation.directory.taking_part import district_of
from federation.errors import Invalid, NotFound, StateForbids
from federation.identity.asking.telling import tell_question
from federation.identity.asking.waiting import wait_for_answers
from federation.identity.models import Registration
from federation.identity.reviews.models import Question, QuestionState, QuestionTopic, Review
from sync.databases import lookups


def ask(session: Session, review_number: int, registration_id: str, topic: QuestionTopic, *, by: str, at: datetime) -> Question:
    """Asks the district of `registration_id`, one of the two of the review, which waits for the answer.

    Raises `NotFound`, `Invalid` where the registration is not in the review, or `StateForbids` where the review is decided, the
    district has left, or the same is asked already.
    """
    review = _review(session, review_number)
    review.refuse_unless_pending()
    if registration_id not in (review.registration_id, review.other_registration_id):
        raise Invalid("Review %(review)s is not about this registration.", field="registration_id", review=review_number)
    district = district_of(session, session.get_one(Registration, registration_id).district)
    if district.state is DistrictState.LEFT:
        raise StateForbids("The district %(district)s has left for good; nobody there answers.", district=district.name)
    asked = _questions(session, review_number)
    if any(one.state is QuestionState.OPEN and (one.registration_id, one.topic) == (registration_id, topic) for one in asked):
        raise StateForbids(
            "The district %(district)s is asked this already; withdraw that question to ask it again.", district=district.name
        )
    question = Question(
        review_number=review_number,
        registration_id=registration_id,
        district=district.code,
        topic=topic,
        asked_by=by,
        asked_at=at,
        answer_epoch=0,
        answer_version=0,
        version=1,
    )
    session.add(question)
    session.flush()
    tell_question(session, question)
    wait_for_answers(session, review, at=at)
    return question


def withdraw(session: Session, question_id: uuid.UUID, *, at: datetime) -> Question:
    """Asks no more; the district is told. Raises `NotFound` or `StateForbids`."""
    known = session.get(Question, question_id)
    if known is None:
        raise NotFound("There is no such question.")
    review = _review(session, known.review_number)
    session.refresh(known)
    known.withdraw(at=at)
    tell_question(session, known)
    wait_for_answers(session, review, at=at)
    return known


def conclude(session: Session, review_numbers: Collection[int], *, at: datetime) -> None:
    """Ends what is asked about reviews that ask nothing any more: answers stand from now on, and others are not waited for."""
    if not review_numbers:
        return
    is_open = Question.withdrawn_at.is_(None) & Question.used_at.is_(None)
    query = select(Question).where(lookups.among(session, Question.review_number, list(review_numbers)), is_open)
    ordered = query.order_by(Question.question_id).with_for_update().execution_options(populate_existing=True)
    for question in session.scalars(ordered):
        if question.answer is None:
            question.withdraw(at=at)
        else:
            question.use(at=at)
        tell_question(session, question)


def _review(session: Session, number: int) -> Review:
    """The review, locked: whoever asks, answers and decides about one takes turns."""
    review = session.get(Review, number, with_for_update=True, populate_existing=True)
    if review is None:
        raise NotFound("There is no review %(review)s.", review=number)
    return review


def _questions(session: Session, review_number: int) -> list[Question]:
    query = select(Question).where(Question.review_number == review_number).order_by(Question.asked_at, Question.question_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))
