"""How does a steward look at a person, and mend who is who?"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from admin.hub.stewards import desk, refusals
from admin.hub.stewards.happenings import registrations_in, tell
from admin.hub.stewards.previews import LONGEST_REASON, ConfirmationForm, preview_page
from admin.hub.stewards.searching import SearchForm, require_volunteer_id, without_spaces
from admin.writing import volunteer_id as written
from federation.accounts.permissions import Permission, require
from federation.db import db
from federation.directory.naming import names
from federation.errors import FederationError, Invalid, NotFound, ReasonMissing, StateForbids
from federation.identity.aliases import resolve
from federation.identity.merging import splitting, undoing
from federation.identity.merging.previewing import preview_merge, preview_split
from federation.identity.merging.separating import let_together
from federation.identity.stewarding.deciding import merge_or_propose
from federation.identity.stewarding.registrations import districts_of
from federation.identity.stewarding.showing_persons import show_person
from federation.ledger.totals import of_registrations

LARGEST_ACT = 2**63 - 1
"""More is a number that no database takes."""

blueprint = Blueprint("persons", __name__, url_prefix="/persons")
blueprint.before_request(desk.require_reviewer)


class SplitForm(ConfirmationForm):
    """Which registrations are of somebody else."""

    registration = SelectMultipleField(validate_choice=False)


class MergeForm(ConfirmationForm):
    """With whom a person is one."""

    other = StringField(
        lazy_gettext("The other volunteer ID"),
        [InputRequired(lazy_gettext("Enter a volunteer ID.")), require_volunteer_id],
        filters=[without_spaces],
    )


class ReasonForm(FlaskForm):
    """Why something is taken back."""

    reason = StringField(
        lazy_gettext("Reason, without names"), [InputRequired(lazy_gettext("Say why.")), Length(max=LONGEST_REASON)]
    )


@blueprint.get("/")
def find() -> str | Response | tuple[str, int]:
    """Leads to whom an ID belongs."""
    form = SearchForm(request.args)
    if not request.args:
        return render_template("hub/stewards/persons.html", search=SearchForm(formdata=None))
    if not form.validate():
        return render_template("hub/stewards/persons.html", search=form), 422
    return redirect(_address(form.volunteer_id.data))


@blueprint.get("/<volunteer_id>")
def show(volunteer_id: str) -> str:
    """Everything about a person, by the ID that they have or had."""
    return _page(volunteer_id)


@blueprint.post("/<volunteer_id>/split")
def split(volunteer_id: str) -> Response | refusals.Answer:
    """Splits registrations off, after showing what that changes."""
    form, settings = SplitForm(), desk.settings()
    chosen = form.registration.data
    try:
        preview = preview_split(db.session(), volunteer_id, chosen, settings=settings)
    except Invalid as refusal:
        return refusals.answer(_page(volunteer_id, split=form, refusal=refusal), refusal)
    refused: FederationError | None = None
    if form.confirmed.data and form.validate():
        try:
            reason = form.reason.data or ""
            splitting.split(db.session(), volunteer_id, chosen, reason=reason, settings=settings, **desk.actor())
            return _done(volunteer_id, gettext("They are split, and no machine links them again."))
        except ReasonMissing as refusal:
            refused = refusal
    return preview_page(
        preview,
        form,
        heading=gettext("Split registrations off from %(volunteer_id)s", volunteer_id=written(preview.volunteer_id)),
        word=gettext("Split"),
        action=_address(volunteer_id, "split"),
        back=_address(volunteer_id),
        refusal=refused,
    )


@blueprint.post("/<volunteer_id>/merge")
def merge(volunteer_id: str) -> Response | refusals.Answer:
    """Makes one person of this and another one, after showing what that changes."""
    form, settings = MergeForm(), desk.settings()
    if not form.validate():
        return _page(volunteer_id, merge=form), 422
    session, other = db.session(), form.other.data
    try:
        preview = preview_merge(session, volunteer_id, other, settings=settings)
    except (Invalid, NotFound) as refusal:
        return refusals.answer(_page(volunteer_id, merge=form, refusal=refusal), refusal)
    refused: FederationError | None = None
    if form.confirmed.data:
        try:
            review = merge_or_propose(
                session,
                volunteer_id,
                other,
                reason=form.reason.data or "",
                settings=settings,
                despite_documents=form.despite_documents.data,
                **desk.actor(),
            )
        except (ReasonMissing, StateForbids) as refusal:
            refused = refusal
        else:
            if review is None:
                return _done(volunteer_id, gettext("They are one person now."))
            return _done(volunteer_id, gettext("Another steward has to agree, in review %(number)s.", number=review.number))
    return preview_page(
        preview,
        form,
        heading=gettext("Make one person of %(one)s and %(other)s", one=written(volunteer_id), other=written(other)),
        word=gettext("Merge"),
        action=_address(volunteer_id, "merge"),
        back=_address(volunteer_id),
        is_blocked=preview.are_told_apart,
        refusal=refused,
    )


@blueprint.post(f"/<volunteer_id>/acts/<int(max={LARGEST_ACT}):act>/undo")
def undo(volunteer_id: str, act: int) -> Response:
    """Takes a merge, a split or an answer back."""
    undoing.undo(db.session(), act, **desk.actor())
    return _done(volunteer_id, gettext("Act %(number)s is taken back.", number=act))


@blueprint.post("/<volunteer_id>/apart/<one>/<other>/withdrawal")
def withdraw_apart(volunteer_id: str, one: str, other: str) -> Response | refusals.Answer:
    """Takes back that two registrations are of different people."""
    require(desk.account(), Permission.OVERRULE)
    form = ReasonForm()
    if not form.validate():
        # The page has this form once for each pair, so the error stands at its head.
        form.form_errors.extend(form.reason.errors)
        form.reason.errors = []
        return _page(volunteer_id, withdrawal=form), 422
    let_together(db.session(), one, other, reason=form.reason.data, **desk.actor())
    return _done(volunteer_id, gettext("These two may be of one person again. Nobody is merged by that."))


def _page(
    volunteer_id: str,
    *,
    split: SplitForm | None = None,
    merge: MergeForm | None = None,
    withdrawal: ReasonForm | None = None,
    refusal: FederationError | None = None,
) -> str:
    """The person's page; what was sent and could not stand is shown with it."""
    session = db.session()
    refused = split or merge or withdrawal
    if refused and refusal:
        refused.form_errors.append(refusals.say(refusal))
    shown = show_person(session, volunteer_id, settings=desk.settings())
    district_names = names(session)
    named = registrations_in(shown.acts) | {kept.other_registration_id for kept in shown.apart}
    places = {key: district_names[code] for key, code in districts_of(session, list(named)).items()}
    return render_template(
        "hub/stewards/person.html",
        shown=shown,
        asked_for=volunteer_id,
        hours=of_registrations(session, shown.person.registration_ids),
        district_names=district_names,
        places=places,
        told=[tell(act, places) for act in shown.acts],
        refused=refused,
        split=split or SplitForm(formdata=None),
        merge=merge or MergeForm(formdata=None),
        withdrawal=withdrawal or ReasonForm(formdata=None),
    )


def _done(volunteer_id: str, sentence: str) -> Response:
    survivor = resolve(db.session(), volunteer_id)
    db.session.commit()
    flash(sentence, "success")
    return redirect(_address(survivor), code=303)


def _address(volunteer_id: str, view: str = "show") -> str:
    return url_for(f".{view}", volunteer_id=volunteer_id)
