"""Which questions of the city's are there, and which of them wait?"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, not_, select
from sqlalchemy.orm import Session, contains_eager

from tenants.errors import NotFound, StaleVersion
from tenants.questions.models import IdentityQuestion, QuestionState
from tenants.registrations.models import Registration

_WAITING = and_(IdentityQuestion.state == QuestionState.OPEN, IdentityQuestion.answer.is_(None))


@dataclass(frozen=True)
class Waiting:
    """How many questions wait, and when the oldest of them was asked."""

    questions: int
    oldest_at: datetime | None


def summarize(session: Session, organizations: Collection[uuid.UUID]) -> Waiting:
    """How much waits for an answer about registrations of `organizations`."""
    figures = select(func.count(), func.min(IdentityQuestion.asked_at)).join(IdentityQuestion.registration)
    return Waiting(*session.execute(figures.where(_WAITING, Registration.organization_id.in_(organizations))).one())


def questions_seen(organizations: Collection[uuid.UUID], *, waiting: bool | None = None) -> Select[IdentityQuestion]:
    """The questions about registrations of `organizations`, with these loaded; of those that wait, or of the others."""
    seen = (
        select(IdentityQuestion)
        .join(IdentityQuestion.registration)
        .where(Registration.organization_id.in_(organizations))
        .options(contains_eager(IdentityQuestion.registration).joinedload(Registration.organization))
    )
    return seen if waiting is None else seen.where(_WAITING if waiting else not_(_WAITING))


def waiting_questions(
    session: Session, organizations: Collection[uuid.UUID], *, first: int, limit: int
) -> list[IdentityQuestion]:
    """Those that wait, the oldest first, from place `first` (from 0) on."""
    return _piece(session, questions_seen(organizations, waiting=True), IdentityQuestion.asked_at.asc(), first, limit)


def past_questions(session: Session, organizations: Collection[uuid.UUID], *, first: int, limit: int) -> list[IdentityQuestion]:
    """Those that were answered or withdrawn, the newest first, from place `first` (from 0) on."""
    return _piece(session, questions_seen(organizations, waiting=False), IdentityQuestion.asked_at.desc(), first, limit)


def question_seen(session: Session, question_id: uuid.UUID, organizations: Collection[uuid.UUID]) -> IdentityQuestion:
    """The question; raises `NotFound` where its registration is in none of `organizations`, too."""
    found = session.scalars(questions_seen(organizations).where(IdentityQuestion.id == question_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such question where you may answer.")
    return found


def question_to_change(
    session: Session, question_id: uuid.UUID, organizations: Collection[uuid.UUID], *, version: int | None = None
) -> IdentityQuestion:
    """The question, locked until the transaction ends. Raises `NotFound`, or `StaleVersion` where it left `version`."""
    question = question_seen(session, question_id, organizations)
    session.refresh(question, with_for_update={"of": IdentityQuestion})
    if version not in (None, question.version):
        raise StaleVersion("Somebody answered since you looked, or the city asks no more. Look at the question again.")
    return question


def waiting_about(session: Session, registration_id: uuid.UUID) -> list[IdentityQuestion]:
    """What waits for an answer about one registration, the oldest first."""
    query = select(IdentityQuestion).where(IdentityQuestion.registration_id == registration_id, _WAITING)
    return list(session.scalars(query.order_by(IdentityQuestion.asked_at, IdentityQuestion.id)))


def _piece(
    session: Session, wanted: Select[IdentityQuestion], order: ColumnElement[datetime], first: int, limit: int
) -> list[IdentityQuestion]:
    return list(session.scalars(wanted.order_by(order, IdentityQuestion.id).offset(first).limit(limit)))
