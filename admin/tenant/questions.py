"""How does a coordinator answer what the city asks about a registration?"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from admin.queries import PageForm
from admin.tenant import desk, refusals
from admin.tenant.acts import ActForm, actor
from admin.tenant.wording import ANSWERS
from tenants.db import db
from tenants.errors import Invalid
from tenants.questions import answering, finding
from tenants.questions.models import ANSWERS as FITTING
from tenants.questions.models import MAX_NOTE_LENGTH, Answer, IdentityQuestion, QuestionState
from tenants.registrations.finding import masked_document
from tenants.staff.permissions import Permission

PAGE_LENGTH = 25

blueprint = Blueprint("questions", __name__, url_prefix="/questions")


class AnswerForm(ActForm):
    """What the city is answered. Its choice of answers has to be offered before it is used."""

    answer = RadioField(lazy_gettext("What you found out"), [InputRequired(lazy_gettext("Choose an answer."))])
    note = TextAreaField(lazy_gettext("Note for the city’s stewards"), [Optional(), Length(max=MAX_NOTE_LENGTH)])

    def offer(self, question: IdentityQuestion) -> None:
        """Lets one of the answers be chosen that fit the question."""
        self.answer.choices = [(answer.value, ANSWERS[answer]) for answer in FITTING[question.topic]]


@blueprint.before_request
def require_coordinator() -> None:
    """Nobody else is asked."""
    if not desk.places(Permission.REGISTER):
        abort(403)


@blueprint.get("/")
def show() -> str:
    """What waits for an answer, the oldest first."""
    return _list(finding.waiting_questions, "tenant/questions.html")


@blueprint.get("/past")
def past() -> str:
    """What was answered or withdrawn, the newest first."""
    return _list(finding.past_questions, "tenant/questions_past.html")


@blueprint.get("/<uuid:question_id>")
def ask(question_id: uuid.UUID) -> str:
    """The question beside its registration, with the answer or the form for it."""
    return _page(finding.question_seen(db.session(), question_id, desk.places(Permission.REGISTER)))


@blueprint.post("/<uuid:question_id>/answer")
def answer(question_id: uuid.UUID) -> Response | tuple[str, int]:
    """Answers, or answers otherwise."""
    form = AnswerForm()
    question = _question_for(question_id, form)
    form.offer(question)
    if not form.validate():
        return _page(question, form), 422
    try:
        given, note = Answer(form.answer.data), form.note.data
        answering.answer(db.session(), question, given, note=note, **actor(), settings=desk.settings())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _page(question, form), 422
    return _done(question, gettext("The city is told. You may take it back until the city has decided."))


@blueprint.post("/<uuid:question_id>/answer/undo")
def take_back(question_id: uuid.UUID) -> Response:
    """Takes the answer back."""
    question = _question_for(question_id, ActForm())
    answering.take_back(db.session(), question, **actor(), settings=desk.settings())
    return _done(question, gettext("Taken back. The question waits again."))


def _question_for(question_id: uuid.UUID, form: ActForm) -> IdentityQuestion:
    """The question, locked, in the version that the page showed; raises `StaleVersion`."""
    if form.version.data is None:
        abort(400)
    places = desk.places(Permission.REGISTER)
    return finding.question_to_change(db.session(), question_id, places, version=form.version.data)


def _done(question: IdentityQuestion, sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for(".ask", question_id=question.id), code=303)


def _page(question: IdentityQuestion, refused: AnswerForm | None = None) -> str:
    """The question's page; `refused` is the form that was sent and could not stand."""
    given: dict[str, Any] = {"version": question.version, "answer": question.answer, "note": question.note}
    form = refused or AnswerForm(formdata=None, data=given)
    form.offer(question)
    return render_template(
        "tenant/question.html",
        question=question,
        registration=question.registration,
        document=masked_document(question.registration, desk.settings().field_cipher),
        is_open=question.state is QuestionState.OPEN,
        form=form,
        refused=refused,
        act=ActForm(formdata=None, data=given),
    )


def _list(find: Any, template: str) -> str:
    form = PageForm(request.args)
    page = form.page.data if form.validate() else 1
    first = (page - 1) * PAGE_LENGTH
    # One more than is shown says whether there is a next page.
    found = find(db.session(), desk.places(Permission.REGISTER), first=first, limit=PAGE_LENGTH + 1)
    more = len(found) > PAGE_LENGTH
    return render_template(template, questions=found[:PAGE_LENGTH], page=page, more=more, first=first, now=desk.now())
