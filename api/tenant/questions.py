"""What does the city ask about registrations, and what is it answered?"""

import uuid
from datetime import UTC, datetime
from typing import Any

from api.pagination import Page, page_schema, read_page
from api.tenant.bearer import part, places, settings, staff
from api.tenant.schemas import AnswerSchema, IdentityQuestionQuerySchema, IdentityQuestionSchema
from tenants.db import db
from tenants.questions import answering
from tenants.questions.finding import question_seen, question_to_change, questions_seen
from tenants.questions.models import IdentityQuestion
from tenants.staff.permissions import Permission

questions = part("questions", "/identity-questions", "What the city asks about registrations, and the answers.")


@questions.get("")
@questions.arguments(IdentityQuestionQuerySchema, location="query")
@questions.response(200, page_schema(IdentityQuestionSchema))
def list_questions(query: dict[str, Any]) -> Page[IdentityQuestion]:
    """The questions that you may answer, in the order in which they were asked."""
    wanted = questions_seen(places(Permission.REGISTER), waiting=query.get("waiting"))
    if "registration_id" in query:
        wanted = wanted.where(IdentityQuestion.registration_id == query["registration_id"])
    return read_page(db.session(), wanted, IdentityQuestion.id, after=query.get("after"), limit=query["limit"])


@questions.get("/<uuid:question_id>")
@questions.etag
@questions.response(200, IdentityQuestionSchema)
def read_question(question_id: uuid.UUID) -> IdentityQuestion:
    """One question."""
    question = question_seen(db.session(), question_id, places(Permission.REGISTER))
    questions.set_etag(question.version)
    return question


@questions.put("/<uuid:question_id>/answer")
@questions.arguments(AnswerSchema)
@questions.etag
@questions.response(200, IdentityQuestionSchema)
@questions.alt_response(409)
def answer(stated: dict[str, Any], question_id: uuid.UUID) -> IdentityQuestion:
    """Answer, or answer otherwise, as long as the city has not decided."""
    question = _question(question_id)
    answering.answer(db.session(), question, stated["answer"], note=stated["note"], **_actor(), settings=settings())
    return _done(question)


@questions.delete("/<uuid:question_id>/answer")
@questions.etag
@questions.response(200, IdentityQuestionSchema)
@questions.alt_response(409)
def take_back(question_id: uuid.UUID) -> IdentityQuestion:
    """Take the answer back, as long as the city has not decided."""
    question = _question(question_id)
    answering.take_back(db.session(), question, **_actor(), settings=settings())
    return _done(question)


def _question(question_id: uuid.UUID) -> IdentityQuestion:
    """The question, locked, in the version that `If-Match` names."""
    question = question_to_change(db.session(), question_id, places(Permission.REGISTER))
    questions.check_etag(question.version)
    return question


def _actor() -> dict[str, Any]:
    return {"by": staff().username, "at": datetime.now(UTC)}


def _done(question: IdentityQuestion) -> IdentityQuestion:
    db.session.commit()
    questions.set_etag(question.version)
    return question
