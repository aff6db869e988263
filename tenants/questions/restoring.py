"""How does a district get answers back that it lost?

The hub gives back what was answered, with so much of the question that it can stand; whether it still waits comes with the
hub's own stream.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.questions.models import Answer, IdentityQuestion, QuestionState, Topic


def restore_answers(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Brings answers (`IdentityAnswerState`) to the state that the hub holds."""
    for fact in facts:
        question = session.get(IdentityQuestion, uuid.UUID(fact.key)) or _begin(fact)
        if question.answer_version < fact.version:
            question.answer = Answer(fact.data.answer) if fact.data.answer else None
            question.note = fact.data.note
            question.answered_by, question.answered_at = fact.data.answered_by, fact.data.answered_at
            question.answer_version = fact.version
            question.version += 1
            session.add(question)


def _begin(fact: Fact) -> IdentityQuestion:
    return IdentityQuestion(
        id=uuid.UUID(fact.key),
        registration_id=uuid.UUID(fact.data.registration_id),
        topic=Topic(fact.data.topic),
        asked_at=fact.data.asked_at,
        state=QuestionState.OPEN,
        asked_epoch=0,
        asked_version=0,
        answer_version=0,
        version=0,
    )
