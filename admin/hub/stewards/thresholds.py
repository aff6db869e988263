"""Which thresholds decide who is one person?"""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import FloatField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from admin.hub.stewards import desk, refusals
from admin.hub.stewards.previews import LONGEST_REASON
from federation.accounts.permissions import Permission, require
from federation.db import db
from federation.errors import Invalid, ReasonMissing, StateForbids
from federation.identity.auditing.estimating import OF, audit
from federation.identity.auditing.setting_thresholds import (
    FEWEST_ANSWERS,
    FEWEST_OF_EACH,
    LEAST_AUTO_WEIGHT,
    MOST_WRONG,
    MOST_WRONG_OF_ASKED,
    change_policy,
)
from federation.identity.matching.policies import current_policy, earlier_policies

_WEIGHT = [InputRequired(lazy_gettext("Enter a number of bits.")), NumberRange(-50, 100)]

blueprint = Blueprint("thresholds", __name__, url_prefix="/thresholds")
blueprint.before_request(desk.require_reviewer)


class ThresholdsForm(FlaskForm):
    """Other thresholds, in bits, and why they are needed."""

    auto_weight = FloatField(lazy_gettext("From here on a machine links"), _WEIGHT)
    review_weight = FloatField(lazy_gettext("From here on a steward is asked"), _WEIGHT)
    conflict_weight = FloatField(lazy_gettext("The same, where two identity numbers are named"), _WEIGHT)
    reason = TextAreaField(
        lazy_gettext("Reason"), [DataRequired(lazy_gettext("Say why other thresholds are needed.")), Length(max=LONGEST_REASON)]
    )


@blueprint.get("/")
def show() -> str:
    """The thresholds that count, and those that did; a lead may let others count."""
    return _page(ThresholdsForm(formdata=None, data=asdict(current_policy(db.session()))))


@blueprint.post("/")
def change() -> Response | refusals.Answer:
    """Lets other thresholds count from now on. What was decided stays."""
    require(desk.account(), Permission.SET_THRESHOLDS)
    form = ThresholdsForm()
    if not form.validate():
        return _page(form), 422
    weights = {name: getattr(form, name).data for name in ("auto_weight", "review_weight", "conflict_weight")}
    try:
        policy = change_policy(db.session(), reason=form.reason.data, **desk.actor(), **weights)
    except (Invalid, ReasonMissing, StateForbids) as refusal:
        refusals.put_into(form, refusal)
        return refusals.answer(_page(form), refusal)
    db.session.commit()
    flash(gettext("Version %(number)s counts from now on.", number=policy.version), "success")
    return redirect(url_for(".show"), code=303)


def _page(form: ThresholdsForm) -> str:
    session = db.session()
    return render_template(
        "hub/stewards/thresholds.html",
        form=form,
        policy=current_policy(session),
        earlier=earlier_policies(session),
        least=LEAST_AUTO_WEIGHT,
        audit=audit(session, LEAST_AUTO_WEIGHT),
        fewest_answers=FEWEST_ANSWERS,
        fewest_of_each=FEWEST_OF_EACH,
        most_wrong=MOST_WRONG,
        most_wrong_of_asked=MOST_WRONG_OF_ASKED,
        of=OF,
    )
