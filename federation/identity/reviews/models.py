"""What is asked of a steward, and of a district on a steward's behalf?"""

import uuid
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import BigInteger, Double, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model
from federation.errors import StateForbids
from federation.identity.matching.deciding import ReviewKind
from sync.uuids import new_uuid


class ReviewState(StrEnum):
    """How far a review has come."""

    OPEN = "open"
    SECONDING = "seconding"
    """One steward wants to merge two verified persons; another has to agree."""
    DECIDED = "decided"
    OBSOLETE = "obsolete"
    """What it asked about is no more: they came under one ID in another way, or were corrected."""


PENDING = (ReviewState.OPEN, ReviewState.SECONDING)
"""The states of what has no answer yet."""


class ReviewDecision(StrEnum):
    """What a steward can answer."""

    SAME = "same"
    DIFFERENT = "different"


class ReviewNeed(StrEnum):
    """What an open review waits for, after a steward has looked at it."""

    DOCUMENT = "document"
    """Somebody has to see a document first."""
    DISTRICT = "district"
    """A district was asked."""


class ReviewStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What of a review changes."""

    state: ReviewState
    needs: ReviewNeed | None
    needs_since: datetime | None
    first_decision_by: str | None
    decision: ReviewDecision | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    act: int | None
    batch: int | None = None


class Review(Model):
    """Whether `registration_id` and `other_registration_id` are of one person (`CROWDED` has only the first).

    `weight` (bits) and `fields` (JSON: of each field its level and weight) are what the machine found when the review was
    opened, by the model and the policy of these versions. `first_decision_by` wanted what `SECONDING` waits to hear from
    another. `follows` is the review whose answer a `SECOND` one checks. `batch` is there where many were answered at once and
    nobody looked at this one (`auditing.accepting`): the number of the act with which that began.
    """

    __tablename__ = "review"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[ReviewKind]
    state: Mapped[ReviewState]
    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), index=True)
    other_registration_id: Mapped[str | None] = mapped_column(ForeignKey("registration.registration_id"), index=True)
    weight: Mapped[float | None] = mapped_column(Double)
    fields: Mapped[str] = mapped_column(Text)
    model_version: Mapped[str | None] = mapped_column(String(40))
    policy_version: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime]
    needs: Mapped[ReviewNeed | None]
    needs_since: Mapped[datetime | None]
    first_decision_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[ReviewDecision | None]
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    act: Mapped[int | None] = mapped_column(BigInteger)
    batch: Mapped[int | None] = mapped_column(BigInteger)
    follows: Mapped[int | None] = mapped_column(ForeignKey("review.number"))

    __table_args__ = (Index(None, "state", "kind", "opened_at"),)

    @property
    def is_pending(self) -> bool:
        """Whether there is something to be decided."""
        return self.state in PENDING

    @property
    def standing(self) -> ReviewStanding:
        """How the review stands."""
        return msgspec.convert(self, ReviewStanding, from_attributes=True)

    def wait_for(self, need: ReviewNeed | None, *, at: datetime) -> None:
        """It cannot be answered before a document was seen or a district has answered; None: it can. Raises `StateForbids`."""
        self.refuse_unless_pending()
        self.needs, self.needs_since = need, at if need else None

    def propose(self, *, by: str) -> None:
        """One steward wants to merge, and another has to agree. Raises `StateForbids`."""
        if self.state is not ReviewState.OPEN:
            raise StateForbids(
                "Review %(review)s is %(state)s already. Look at it again.", review=self.number, state=self.state
            )
        self.state, self.first_decision_by = ReviewState.SECONDING, by

    def decide(self, decision: ReviewDecision, *, reason: str | None, by: str, at: datetime, batch: int | None = None) -> None:
        """A steward answers. Raises `StateForbids`, also for whoever would second themselves."""
        self.refuse_unless_pending()
        if self.first_decision_by == by:
            raise StateForbids(
                "You were the first to want what review %(review)s asks. Another steward has to agree.", review=self.number
            )
        self.state, self.decision, self.reason = ReviewState.DECIDED, decision, reason
        self.decided_by, self.decided_at, self.batch = by, at, batch
        self.needs = self.needs_since = None

    def become_obsolete(self) -> None:
        """What it asked about is no more. Raises `StateForbids`."""
        self.refuse_unless_pending()
        self.state = ReviewState.OBSOLETE

    def restore(self, standing: ReviewStanding) -> None:
        """It stands as it did."""
        for name, value in msgspec.structs.asdict(standing).items():
            setattr(self, name, value)

    def refuse_unless_pending(self) -> None:
        """Raises `StateForbids` where it was answered, or asks nothing any more."""
        if not self.is_pending:
            raise StateForbids(
                "Review %(review)s is %(state)s already. Take that back first.", review=self.number, state=self.state
            )


class QuestionTopic(StrEnum):
    """What a district is asked about one of its own registrations; nothing of another district's is told to it."""

    DOCUMENT = "document"
    """Compare the registration with the document."""
    PERSON = "person"
    """Ask the person whether they are registered in another district as well, and in which."""


class QuestionAnswer(StrEnum):
    """What a district can answer."""

    CONFIRMED = "confirmed"
    """The registration says what the document says."""
    CORRECTED = "corrected"
    """The registration was put right by the document."""
    NOT_THEIRS = "not_theirs"
    """The number in the registration is somebody else's."""
    ELSEWHERE = "elsewhere"
    """The person says that they are registered in another district as well."""
    ONLY_HERE = "only_here"
    """The person says that they are registered nowhere else."""
    UNKNOWN = "unknown"
    """It cannot be found out."""


class QuestionState(StrEnum):
    """Whether the district may still answer, and answer otherwise."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    USED = "used"


class Question(Model):
    """What a steward asked a district about a registration of its own, and what it answered.

    `note` is encrypted (`asking.taking_answers`). `version` grows with each word of the hub's to the district;
    (`answer_epoch`, `answer_version`) is that of the district's newest word. An answer that was taken back is none.
    """

    __tablename__ = "question"

    question_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    review_number: Mapped[int] = mapped_column(ForeignKey("review.number"), index=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), index=True)
    district: Mapped[str] = mapped_column(String(40), index=True)
    topic: Mapped[QuestionTopic]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    answer: Mapped[QuestionAnswer | None]
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None]
    answer_epoch: Mapped[int] = mapped_column(BigInteger)
    answer_version: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)

    @property
    def state(self) -> QuestionState:
        """Whether the district may still answer."""
        if self.withdrawn_at is not None:
            return QuestionState.WITHDRAWN
        return QuestionState.OPEN if self.used_at is None else QuestionState.USED

    def withdraw(self, *, at: datetime) -> None:
        """Nobody needs an answer any more. Raises `StateForbids` where it was withdrawn, or its answer used."""
        self._refuse_unless_open()
        self.withdrawn_at = at
        self.version += 1

    def use(self, *, at: datetime) -> None:
        """A decision rests on its answer, which stands from now on. Raises `StateForbids` where there is none to use."""
        self._refuse_unless_open()
        if self.answer is None:
            raise StateForbids("The district has not answered; withdraw the question instead.")
        self.used_at = at
        self.version += 1

    def _refuse_unless_open(self) -> None:
        if self.state is not QuestionState.OPEN:
            raise StateForbids("This question is %(state)s already; ask another.", state=self.state)
