"""How does the city ask a district in a test?"""

import uuid
from datetime import datetime

import msgspec

from sync.contracts import kind_of
from sync.contracts.identity_questions import IDENTITY_QUESTION_ASKED, IdentityQuestionState
from sync.mailbox.digest import Record
from sync.mailbox.facts import Fact
from tenants.questions.following import follow_questions
from tenants.questions.models import IdentityQuestion
from tenants.registrations.models import Registration
from tests.support.district import NOW, District


def fact(type: str, key: str, data: msgspec.Struct, *, version: int, epoch: int = 1) -> Fact:
    """An event as its handler gets it."""
    return Fact(
        type=type,
        record=Record(kind_of(type), key),
        epoch=epoch,
        version=version,
        sequence=version,
        event_id=str(uuid.uuid4()),
        time=NOW,
        hash=b"",
        minutes=0,
        data=data,
    )


def word(
    question_id: uuid.UUID,
    registration_id: uuid.UUID,
    *,
    topic: str = "document",
    state: str = "open",
    version: int = 1,
    epoch: int = 1,
    asked_at: datetime = NOW,
) -> Fact:
    """What the city says of a question."""
    said = IdentityQuestionState(
        question_id=str(question_id), registration_id=str(registration_id), topic=topic, asked_at=asked_at, state=state
    )
    return fact(IDENTITY_QUESTION_ASKED, str(question_id), said, version=version, epoch=epoch)


def ask(
    district: District, registration: Registration, *, topic: str = "document", asked_at: datetime = NOW
) -> IdentityQuestion:
    """Has the city ask about a registration; committed."""
    question_id = uuid.uuid4()
    follow_questions(district.session, "futian", [word(question_id, registration.id, topic=topic, asked_at=asked_at)])
    district.session.commit()
    return district.session.get_one(IdentityQuestion, question_id)


def say_more(district: District, question: IdentityQuestion, state: str) -> None:
    """Has the city withdraw a question, or use its answer; committed."""
    version = question.asked_version + 1
    told = word(question.id, question.registration_id, topic=question.topic, state=state, version=version)
    follow_questions(district.session, "futian", [told])
    district.session.commit()
