"""How does a question of the city's reach the desk?"""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.errors import NotFound
from tenants.questions.models import IdentityQuestion, QuestionState, Topic
from tenants.registrations.models import Registration


def follow_questions(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Keeps the newest of `facts` (`IdentityQuestionState`) about each question.

    Raises `NotFound` where one is about a registration that is not of this district.
    """
    for fact in facts:
        question = session.get(IdentityQuestion, uuid.UUID(fact.key), with_for_update=True)
        if question is None:
            question = _begin(session, district, fact)
        if (fact.epoch, fact.version) > (question.asked_epoch, question.asked_version):
            question.hear(QuestionState(fact.data.state), epoch=fact.epoch, version=fact.version)


def _begin(session: Session, district: str, fact: Fact) -> IdentityQuestion:
    registration_id = uuid.UUID(fact.data.registration_id)
    if session.get(Registration, registration_id) is None:
        raise NotFound(f"{district} has no registration of which the hub asks.")
    question = IdentityQuestion(
        id=uuid.UUID(fact.key),
        registration_id=registration_id,
        topic=Topic(fact.data.topic),
        asked_at=fact.data.asked_at,
        asked_epoch=0,
        asked_version=0,
        answer_version=0,
        version=0,
    )
    session.add(question)
    return question
