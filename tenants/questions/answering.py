"""How is the city answered?"""

from datetime import datetime

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED
from tenants.errors import Invalid
from tenants.mailbox import log
from tenants.questions.models import MAX_NOTE_LENGTH, Answer, IdentityQuestion
from tenants.questions.stating import answer_state
from tenants.registrations.models import Registration
from tenants.registrations.wording import refuse_number
from tenants.settings import Settings


def answer(
    session: Session,
    question: IdentityQuestion,
    given: Answer,
    *,
    note: str | None,
    by: str,
    at: datetime,
    settings: Settings,
) -> None:
    """Tells the city `given`, with a note in words; an earlier answer is replaced.

    Raises `StateForbids`, or `Invalid` where the answer does not fit, or the note is too long or holds a document's number.
    """
    words = (note or "").strip() or None
    if words:
        _refuse_what_may_not_travel(words, question.registration, settings)
    question.give(given, words, by=by, at=at)
    _announce(session, question, settings)


def take_back(session: Session, question: IdentityQuestion, *, by: str, at: datetime, settings: Settings) -> None:
    """Takes the answer back as long as the city has not decided by it; the question waits again. Raises `StateForbids`."""
    question.take_back(by=by, at=at)
    _announce(session, question, settings)


def _refuse_what_may_not_travel(note: str, registration: Registration, settings: Settings) -> None:
    if len(note) > MAX_NOTE_LENGTH:
        raise Invalid("The note is longer than %(most)s characters.", field="note", most=MAX_NOTE_LENGTH)
    refuse_number(note, registration, field="note", settings=settings)


def _announce(session: Session, question: IdentityQuestion, settings: Settings) -> None:
    log.announce(
        session,
        streams.up(settings.district),
        type=IDENTITY_QUESTION_ANSWERED,
        key=str(question.id),
        version=question.answer_version,
        data=answer_state(question),
    )
