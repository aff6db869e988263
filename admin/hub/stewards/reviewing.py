"""How does a steward look at one review, and answer it?"""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from admin.hub.stewards import desk, refusals
from admin.hub.stewards.evidence import rows_of
from admin.hub.stewards.last_act import forget, last_act, remember
from admin.hub.stewards.parts import part_named
from admin.hub.stewards.previews import LONGEST_REASON, ConfirmationForm, preview_page
from admin.hub.stewards.queue import LARGEST_NUMBER
from admin.hub.stewards.wording import QUESTIONS
from federation.db import db
from federation.directory.naming import names
from federation.errors import ReasonMissing, StateForbids
from federation.identity.asking.asking import ask, withdraw
from federation.identity.asking.reading import questions_about
from federation.identity.merging.previewing import preview_merge
from federation.identity.reviews.models import QuestionTopic, Review, ReviewDecision, ReviewNeed
from federation.identity.stewarding import deciding
from federation.identity.stewarding.finding import Part, next_review, previous_review
from federation.identity.stewarding.showing import ReviewShown, show
from federation.identity.stewarding.unmasking import unmask
from federation.ledger.totals import of_registrations

blueprint = Blueprint("reviewing", __name__, url_prefix=f"/reviews/<int(max={LARGEST_NUMBER}):number>")
blueprint.before_request(desk.require_reviewer)


class DifferentForm(FlaskForm):
    """Why two registrations are of different people."""

    reason = StringField(lazy_gettext("Why they are different people, without names"), [Optional(), Length(max=LONGEST_REASON)])


class QuestionForm(FlaskForm):
    """What to ask about which registration. Its choices have to be offered before it is used."""

    registration = SelectField(lazy_gettext("Whom to ask"))
    topic = SelectField(lazy_gettext("What to ask"))

    def offer(self, shown: ReviewShown, district_names: Mapping[str, str]) -> "QuestionForm":
        """Lets one of the registrations be chosen that the review is about."""
        sides = [side.registration for side in shown.sides]
        self.registration.choices = [
            SelectChoice(
                one.registration_id,
                gettext("%(district)s, about %(name)s", district=district_names[one.district], name=one.person.name),
            )
            for one in sides
        ]
        self.topic.choices = [SelectChoice(topic.value, str(words)) for topic, words in QUESTIONS.items()]
        return self


@blueprint.get("/")
def look(number: int) -> str:
    """Both registrations beside each other."""
    return _page(show(db.session(), number, settings=desk.settings()))


@blueprint.post("/telephones")
def unmask_telephones(number: int) -> str:
    """The same with telephone numbers as they are; the history says who looked."""
    numbers = unmask(db.session(), number, settings=desk.settings(), **desk.actor())
    db.session.commit()
    return _page(show(db.session(), number, settings=desk.settings()), numbers=numbers)


@blueprint.get("/same")
def look_before_same(number: int) -> Response | refusals.Answer:
    """What a merge would change, where that is more than where one registration belongs."""
    shown = show(db.session(), number, settings=desk.settings())
    return _preview(shown, ConfirmationForm(formdata=None)) if shown.moves_much else redirect(_address(number))


@blueprint.post("/same")
def answer_same(number: int) -> Response | refusals.Answer:
    """They are one person. Where much moves, only with the form that stood beside what moves."""
    form, shown = ConfirmationForm(), show(db.session(), number, settings=desk.settings())
    if shown.moves_much and not (form.confirmed.data and form.validate()):
        return _preview(shown, form)
    try:
        return _answer(number, ReviewDecision.SAME, reason=form.reason.data, despite_documents=form.despite_documents.data)
    except StateForbids as refusal:
        if not shown.moves_much:
            raise
        return _preview(shown, form, refusal)


@blueprint.post("/different")
def answer_different(number: int) -> Response | refusals.Answer:
    """They are two people. Where they are under one ID, only with the form that stood beside what is split."""
    form, confirmation = DifferentForm(), ConfirmationForm()
    if not form.validate():
        return _page(show(db.session(), number, settings=desk.settings()), different=form), 422
    preview = deciding.preview_different(db.session(), number, settings=desk.settings())
    if preview and form.reason.data and not confirmation.confirmed.data:
        return preview_page(
            preview,
            confirmation,
            heading=gettext("Review %(number)s: different people", number=number),
            word=gettext("Different people"),
            action=_address(number, "answer_different"),
            back=_address(number),
        )
    try:
        return _answer(number, ReviewDecision.DIFFERENT, reason=form.reason.data)
    except ReasonMissing as refusal:
        refusals.put_into(form, refusal)
        return refusals.answer(_page(show(db.session(), number, settings=desk.settings()), different=form), refusal)


@blueprint.post("/undo")
def undo(number: int) -> Response:
    """Takes the newest answer back."""
    deciding.undo_decision(db.session(), number, **desk.actor())
    db.session.commit()
    forget()
    flash(gettext("Taken back. The review waits again."), "success")
    return redirect(_address(number), code=303)


@blueprint.post("/document")
def need_document(number: int) -> Response:
    """Puts the review aside until somebody has seen a document."""
    review = deciding.need(db.session(), number, ReviewNeed.DOCUMENT, at=desk.now())
    db.session.commit()
    flash(gettext("Review %(number)s waits until a document was seen.", number=number), "success")
    return _go_on(review)


@blueprint.post("/ready")
def be_ready(number: int) -> Response:
    """The review waits for nothing any more."""
    deciding.need(db.session(), number, None, at=desk.now())
    db.session.commit()
    return redirect(_address(number), code=303)


@blueprint.post("/questions")
def ask_district(number: int) -> Response | refusals.Answer:
    """Asks a district about its registration; the review waits for the answer."""
    shown = show(db.session(), number, settings=desk.settings())
    form = QuestionForm().offer(shown, names(db.session()))
    if not form.validate():
        return _page(shown, question=form), 422
    ask(db.session(), number, form.registration.data, QuestionTopic(form.topic.data), **desk.actor())
    db.session.commit()
    flash(gettext("The district is asked. Review %(number)s waits for its answer.", number=number), "success")
    return _go_on(shown.review)


@blueprint.post("/questions/<uuid:question_id>/withdrawal")
def withdraw_question(number: int, question_id: uuid.UUID) -> Response:
    """Asks no more."""
    withdraw(db.session(), question_id, at=desk.now())
    db.session.commit()
    flash(gettext("The question is withdrawn; the district is told."), "success")
    return redirect(_address(number), code=303)


def _answer(number: int, decision: ReviewDecision, **more: Any) -> Response:
    review = deciding.decide(db.session(), number, decision, settings=desk.settings(), **desk.actor(), **more)
    db.session.commit()
    remember(review)
    return _go_on(review)


def _go_on(review: Review) -> Response:
    """On to the next review of those that are worked through, or to the first page where there is none."""
    after = next_review(db.session(), by=desk.account().username, part=_part(), after=review)
    address = _address(after.number) if after and after.number != review.number else url_for("stewards.home.show")
    return redirect(address, code=303)


def _page(
    shown: ReviewShown,
    *,
    numbers: Mapping[str, str] | None = None,
    different: DifferentForm | None = None,
    question: QuestionForm | None = None,
) -> str:
    session, review, by = db.session(), shown.review, desk.account().username
    district_names = names(session)
    everything = [one.registration_id for side in shown.sides for one in (side.registration, *side.others)]
    part = _part()
    following = next_review(session, by=by, part=part, after=review)
    preceding = previous_review(session, by=by, part=part, before=review)
    return render_template(
        "hub/stewards/review.html",
        shown=shown,
        review=review,
        rows=rows_of(shown, numbers or {}),
        unmasked=bool(numbers),
        hours=of_registrations(session, everything),
        district_names=district_names,
        different=different or DifferentForm(formdata=None),
        question=question or QuestionForm(formdata=None).offer(shown, district_names),
        asked=questions_about(session, review.number, cipher=desk.settings().field_cipher),
        next_address=_address(following.number) if following and following.number != review.number else None,
        previous_address=_address(preceding.number) if preceding else None,
        address=lambda view, **values: _address(review.number, view, **values),
        last_act=last_act(),
        now=desk.now(),
    )


def _preview(shown: ReviewShown, form: ConfirmationForm, refusal: StateForbids | None = None) -> refusals.Answer:
    number = shown.review.number
    one, other = (side.person.volunteer_id for side in shown.sides if side.person)
    preview = preview_merge(db.session(), one, other, settings=desk.settings())
    return preview_page(
        preview,
        form,
        heading=gettext("Review %(number)s: one person", number=number),
        word=gettext("Same person"),
        action=_address(number, "answer_same"),
        back=_address(number),
        # Whoever settles what two stewards disagree about knows that one of them said so.
        is_blocked=preview.are_told_apart and shown.review.follows is None,
        refusal=refusal,
    )


def _address(number: int, view: str = "look", **values: Any) -> str:
    """A page of a review; which part of the queue is worked through stands in each address."""
    return url_for(f".{view}", number=number, kind=request.args.get("kind"), **values)


def _part() -> Part:
    return part_named(request.args.get("kind"))
