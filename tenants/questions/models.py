"""What is kept of a question that the city asked, and of its answer?"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.db import Model
from tenants.errors import Invalid, StateForbids
from tenants.registrations.models import Registration

MAX_NOTE_LENGTH = 500


class Topic(StrEnum):
    """What the city wants to know about a registration."""

    DOCUMENT = "document"
    """Whether it says what the person's document says."""
    PERSON = "person"
    """Whether the person says that they are registered in another district as well."""


class Answer(StrEnum):
    """What can be answered."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    NOT_THEIRS = "not_theirs"
    """The number in the registration is somebody else's."""
    ELSEWHERE = "elsewhere"
    ONLY_HERE = "only_here"
    UNKNOWN = "unknown"
    """It cannot be found out."""


ANSWERS = {
    Topic.DOCUMENT: (Answer.CONFIRMED, Answer.CORRECTED, Answer.NOT_THEIRS, Answer.UNKNOWN),
    Topic.PERSON: (Answer.ELSEWHERE, Answer.ONLY_HERE, Answer.UNKNOWN),
}
"""The answers that fit each topic."""


class QuestionState(StrEnum):
    """Whether the city may still be answered, or answered otherwise."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """The city has decided by the answer, which stands."""


class IdentityQuestion(Model):
    """A question of the city's about a registration, and what this district answers.

    (`asked_epoch`, `asked_version`) is the version of the city's newest word, 0 where the question is known only by an answer
    that came back after a loss. `answer_version` is that of this district's newest word, 0 before the first. `version` grows
    with either.
    """

    __tablename__ = "identity_question"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    topic: Mapped[Topic]
    asked_at: Mapped[datetime]
    state: Mapped[QuestionState] = mapped_column(default=QuestionState.OPEN)
    asked_epoch: Mapped[int] = mapped_column(default=0)
    asked_version: Mapped[int] = mapped_column(default=0)
    answer: Mapped[Answer | None]
    note: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(40))
    answered_at: Mapped[datetime | None]
    answer_version: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)

    registration: Mapped[Registration] = relationship()

    __table_args__ = (Index(None, "state", "asked_at"),)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to answer."""
        return self.state is QuestionState.OPEN and self.answer is None

    def hear(self, state: QuestionState, *, epoch: int, version: int) -> None:
        """The city's newest word."""
        self.state, self.asked_epoch, self.asked_version = state, epoch, version
        self.version += 1

    def give(self, answer: Answer, note: str | None, *, by: str, at: datetime) -> None:
        """Answers, or answers otherwise. Raises `StateForbids`, or `Invalid` where the answer does not fit the question."""
        self._refuse_unless_open()
        if answer not in ANSWERS[self.topic]:
            raise Invalid("This is no answer to what the city asks. Choose one of those that are offered.", field="answer")
        self._say(answer, note, by=by, at=at)

    def take_back(self, *, by: str, at: datetime) -> None:
        """Takes the answer back, so that the question waits again. Raises `StateForbids`."""
        self._refuse_unless_open()
        if self.answer is None:
            raise StateForbids("There is no answer to take back.")
        self._say(None, None, by=by, at=at)

    def _say(self, answer: Answer | None, note: str | None, *, by: str, at: datetime) -> None:
        self.answer, self.note = answer, note
        self.answered_by, self.answered_at = by, at
        self.answer_version += 1
        self.version += 1

    def _refuse_unless_open(self) -> None:
        if self.state is QuestionState.WITHDRAWN:
            raise StateForbids("The city does not ask this any more.")
        if self.state is QuestionState.USED:
            raise StateForbids("The city has decided by the answer, which stands. Tell the city’s stewards if it was wrong.")
