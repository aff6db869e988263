"""How does a district learn what it is asked?"""

from sqlalchemy.orm import Session

from federation.identity.reviews.models import Question
from federation.mailbox import log
from sync import streams
from sync.contracts.identity_questions import IDENTITY_QUESTION_ASKED, IdentityAnswerState, IdentityQuestionState


def tell_question(session: Session, question: Question) -> None:
    """Tells the district that is asked how its question stands."""
    state = IdentityQuestionState(
        question_id=str(question.question_id),
        registration_id=question.registration_id,
        topic=question.topic.value,
        asked_at=question.asked_at,
        state=question.state.value,
    )
    _tell(session, question.district, state, version=question.version)


def tell_withdrawn(session: Session, district: str, answered: IdentityAnswerState) -> None:
    """Tells a district that what it answered is asked no more: the hub has lost its question."""
    state = IdentityQuestionState(
        question_id=answered.question_id,
        registration_id=answered.registration_id,
        topic=answered.topic,
        asked_at=answered.asked_at,
        state="withdrawn",
    )
    _tell(session, district, state, version=1)


def _tell(session: Session, district: str, state: IdentityQuestionState, *, version: int) -> None:
    stream, key = streams.down(district), state.question_id
    log.announce(session, stream, type=IDENTITY_QUESTION_ASKED, key=key, version=version, data=state)
