"""What becomes of a district's answer?"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import HeldElsewhere
from federation.identity.asking.telling import tell_withdrawn
from federation.identity.asking.waiting import wait_for_answers
from federation.identity.models import Registration
from federation.identity.reviews.models import Question, QuestionAnswer, Review
from federation.settings import Settings
from federation.versions import newest
from sync.mailbox.facts import Fact


def take_answers(
    session: Session, district: str, facts: Sequence[Fact], *, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Keeps the newest answer (`IdentityAnswerState`) to each question; the review waits no more, or again.

    Of a question that the hub has lost with a backup the district, where it waits or was answered, is told that it is asked no
    more. Raises `HeldElsewhere` where another district was asked.
    """
    for fact in newest(facts):
        known = session.get(Question, uuid.UUID(fact.key))
        if known is None:
            _refuse_unless_own(session, district, fact.data.registration_id)
            tell_withdrawn(session, district, fact.data)
        elif known.district != district:
            raise HeldElsewhere(f"{district} answers what another district was asked.")
        else:
            _take(session, known, fact, settings, at=now())


def _refuse_unless_own(session: Session, district: str, registration_id: str) -> None:
    registration = session.get(Registration, registration_id)
    if registration is None or registration.district != district:
        raise HeldElsewhere(f"{district} answers about a registration that is not its own.")


def _take(session: Session, question: Question, fact: Fact, settings: Settings, *, at: datetime) -> None:
    review = session.get_one(Review, question.review_number, with_for_update=True, populate_existing=True)
    session.refresh(question)
    if (fact.epoch, fact.version) <= (question.answer_epoch, question.answer_version):
        return
    said = fact.data
    question.answer = QuestionAnswer(said.answer) if said.answer else None
    question.note = settings.field_cipher.encrypt(said.note.encode()) if said.note else None
    question.answered_by, question.answered_at = said.answered_by, said.answered_at
    question.answer_epoch, question.answer_version = fact.epoch, fact.version
    wait_for_answers(session, review, at=at)
