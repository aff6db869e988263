"""How is one hour entry looked at, certified, refused, corrected or withdrawn?"""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from admin.tenant import desk, refusals
from admin.tenant.acts import ActForm, actor, entry_for
from admin.tenant.stating import LATEST_ENTRIES, ServiceForm, as_stated
from tenants.db import db
from tenants.errors import Invalid
from tenants.hours import certifying
from tenants.hours.finding import entry_seen, services_lately
from tenants.hours.history import steps
from tenants.hours.models import MAX_REASON_LENGTH, HourEntry
from tenants.staff.permissions import Permission

REASON_ADVICE = lazy_gettext("Say why: the volunteer and every later reader will see the reason.")

blueprint = Blueprint("hours", __name__, url_prefix="/hours/<uuid:entry_id>")


class ReasonForm(ActForm):
    """An act that needs a reason."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [DataRequired(REASON_ADVICE), Length(max=MAX_REASON_LENGTH)],
    )


class CorrectionForm(ServiceForm, ReasonForm):
    """What was served as it was, and why it is set right."""


@blueprint.get("/")
def show(entry_id: uuid.UUID) -> str:
    """The entry with its history and what may be done about it."""
    return _page(entry_seen(db.session(), entry_id, by=desk.staff()))


@blueprint.post("/certification")
def certify(entry_id: uuid.UUID) -> Response:
    """Stands by the entry."""
    entry = entry_for(entry_id, ActForm(), Permission.CERTIFY)
    certifying.certify(db.session(), entry, **actor(), settings=desk.settings())
    return _done(entry, gettext("Certified."))


@blueprint.post("/certification/undo")
def undo(entry_id: uuid.UUID) -> Response:
    """Puts the entry back into the queue."""
    entry = entry_for(entry_id, ActForm(), Permission.CERTIFY)
    certifying.undo_certification(db.session(), entry, **actor(), settings=desk.settings())
    return _done(entry, gettext("The entry waits again."))


@blueprint.post("/refusal")
def refuse(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Declines the entry, for a reason."""
    form = ReasonForm(prefix="refusal-")
    entry = entry_for(entry_id, form, Permission.CERTIFY)
    if not form.validate():
        return _page(entry, refusal=form), 422
    certifying.refuse(entry, reason=form.reason.data, **actor())
    return _done(entry, gettext("Refused. The volunteer reads the reason."))


@blueprint.post("/correction")
def correct(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Says what was served instead, for a reason."""
    form = CorrectionForm(prefix="correction-")
    form.offer(desk.places(Permission.CERTIFY))
    entry = entry_for(entry_id, form, Permission.CERTIFY)
    if not form.validate():
        return _page(entry, correction=form), 422
    try:
        shift, service, reason = form.shift(), form.service(), form.reason.data
        certifying.correct(db.session(), entry, shift, service=service, reason=reason, **actor(), settings=desk.settings())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _page(entry, correction=form), 422
    return _done(entry, gettext("Corrected. The history keeps what stood before."))


@blueprint.post("/revocation")
def revoke(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Withdraws the certification, for a reason."""
    form = ReasonForm(prefix="revocation-")
    entry = entry_for(entry_id, form, Permission.CERTIFY)
    if not form.validate():
        return _page(entry, revocation=form), 422
    certifying.revoke(db.session(), entry, reason=form.reason.data, **actor(), settings=desk.settings())
    return _done(entry, gettext("Revoked. The entry counts nothing from now on."))


def _done(entry: HourEntry, sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for(".show", entry_id=entry.id), code=303)


def _page(entry: HourEntry, **forms: FlaskForm) -> str:
    """The entry's page; `forms` has the one that was sent and could not stand."""
    given, places = {"version": entry.version}, desk.places(Permission.CERTIFY)
    correction = CorrectionForm(formdata=None, data={**given, **as_stated(entry)}, prefix="correction-")
    correction.offer(places)
    fresh = {
        "act": ActForm(formdata=None, data=given),
        "refusal": ReasonForm(formdata=None, data=given, prefix="refusal-"),
        "correction": correction,
        "revocation": ReasonForm(formdata=None, data=given, prefix="revocation-"),
    }
    return render_template(
        "tenant/hours.html",
        entry=entry,
        steps=steps(entry.versions),
        services=services_lately(db.session(), places, latest=LATEST_ENTRIES),
        may_certify=entry.organization_id in places,
        sees_volunteer=entry.registration.organization_id in desk.places(Permission.SEE),
        failed=next(iter(forms), None),
        **fresh | forms,
    )
