"""Which reviews wait?"""

from flask import Blueprint, render_template, request
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from admin.hub.stewards import desk
from admin.hub.stewards.parts import DRAWN, part_named
from admin.hub.stewards.wording import KINDS
from admin.queries import QueryForm
from federation.db import db
from federation.directory.naming import names
from federation.identity.reviews.models import Review, ReviewNeed
from federation.identity.stewarding.finding import PAGE, queue, review_of
from federation.identity.stewarding.registrations import districts_of

LARGEST_NUMBER = 2**31 - 1
"""Of a review: more is a number that not every database takes."""

blueprint = Blueprint("queue", __name__, url_prefix="/reviews")
blueprint.before_request(desk.require_reviewer)


class FilterForm(QueryForm):
    """What part of the queue to look at; it stands in the address."""

    kind = SelectField(lazy_gettext("Kind"), validators=[Optional()])
    need = SelectField(lazy_gettext("Waiting for"), validators=[Optional()])
    after = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_NUMBER)])

    @classmethod
    def asked(cls) -> "FilterForm":
        """The filter in this request's address."""
        form = cls(request.args)
        every = SelectChoice("", gettext("All"))
        kinds = (SelectChoice(kind, str(word)) for kind, word in KINDS.items())
        form.kind.choices = [every, *kinds, SelectChoice(DRAWN, gettext("Drawn, before others are accepted"))]
        form.need.choices = [
            SelectChoice("", gettext("your answer")),
            SelectChoice(ReviewNeed.DOCUMENT.value, gettext("a document")),
            SelectChoice(ReviewNeed.DISTRICT.value, gettext("a district")),
        ]
        return form


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """What waits, the oldest first."""
    form, session = FilterForm.asked(), db.session()
    if not form.validate():
        return render_template("hub/stewards/queue.html", filter=form, reviews=None), 422
    # One more than is shown says whether there is a next page.
    found = queue(
        session,
        by=desk.account().username,
        part=part_named(form.kind.data),
        need=ReviewNeed(form.need.data) if form.need.data else None,
        after=review_of(session, form.after.data) if form.after.data else None,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    return render_template(
        "hub/stewards/queue.html",
        filter=form,
        chosen={name: value for name, value in form.data.items() if value and name != "after"},
        reviews=shown,
        more=len(found) > PAGE,
        districts=districts_of(session, [key for review in shown for key in _about(review)]),
        district_names=names(session),
        now=desk.now(),
    )


def _about(review: Review) -> list[str]:
    return [key for key in (review.registration_id, review.other_registration_id) if key]
