"""What does a district say when the hub may have lost what it asked?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED
from sync.mailbox.announcing import announcement
from sync.mailbox.log import Log
from tenants.questions.models import IdentityQuestion, QuestionState
from tenants.questions.stating import answer_state


def claim_questions(session: Session, stream: str, *, log: Log) -> None:
    """Tells the hub, whose `stream` begins anew, which questions wait here: it withdraws those that it knows no more."""
    waiting = select(IdentityQuestion).where(IdentityQuestion.state == QuestionState.OPEN, IdentityQuestion.answer.is_(None))
    said = [
        announcement(
            type=IDENTITY_QUESTION_ANSWERED,
            key=str(question.id),
            version=question.answer_version,
            data=answer_state(question),
        )
        for question in session.scalars(waiting.order_by(IdentityQuestion.id))
    ]
    if said:
        log.append(session, streams.up(streams.district_of(stream)), said)
