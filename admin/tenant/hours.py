"""How is one hour entry looked at, certified, refused, corrected or withdrawn?"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from admin.tenant import desk, refusals
from admin.tenant.moments import LocalMoment
from tenants.db import db
from tenants.errors import Invalid
from tenants.hours import certifying
from tenants.hours.finding import entry_seen, entry_to_change
from tenants.hours.history import steps
from tenants.hours.models import MAX_REASON_LENGTH, HourEntry
from tenants.hours.rules import MINUTES_PER_DAY, possible_shift
from tenants.staff.permissions import Permission

REASON_ADVICE = lazy_gettext("Say why: the volunteer and every later reader will see the reason.")

blueprint = Blueprint("hours", __name__, url_prefix="/hours/<uuid:entry_id>")


class ActForm(FlaskForm):
    """An act on an entry as it was when the page was shown."""

    version = HiddenField(filters=[lambda value: int(value) if str(value or "").isdecimal() else None])


class ReasonForm(ActForm):
    """An act that needs a reason."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [DataRequired(REASON_ADVICE), Length(max=MAX_REASON_LENGTH)],
    )


class CorrectionForm(ReasonForm):
    """The time as it was."""

    started_at = LocalMoment(lazy_gettext("Start"), [InputRequired(lazy_gettext("Enter day and time."))])
    ended_at = LocalMoment(lazy_gettext("End"), [InputRequired(lazy_gettext("Enter day and time."))])
    minutes = IntegerField(
        lazy_gettext("Minutes"), [InputRequired(lazy_gettext("Enter the minutes.")), NumberRange(1, MINUTES_PER_DAY)]
    )


@blueprint.get("/")
def show(entry_id: uuid.UUID) -> str:
    """The entry with its history and what may be done about it."""
    return _page(entry_seen(db.session(), entry_id, by=desk.staff()))


@blueprint.post("/certification")
def certify(entry_id: uuid.UUID) -> Response:
    """Stands by the entry."""
    entry = _entry_for(entry_id, ActForm())
    certifying.certify(db.session(), entry, **_actor(), settings=desk.settings())
    return _done(entry, gettext("Certified."))


@blueprint.post("/certification/undo")
def undo(entry_id: uuid.UUID) -> Response:
    """Puts the entry back into the queue."""
    entry = _entry_for(entry_id, ActForm())
    certifying.undo_certification(db.session(), entry, **_actor(), settings=desk.settings())
    return _done(entry, gettext("The entry waits again."))


@blueprint.post("/refusal")
def refuse(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Declines the entry, for a reason."""
    form = ReasonForm(prefix="refusal-")
    entry = _entry_for(entry_id, form)
    if not form.validate():
        return _page(entry, refusal=form), 422
    certifying.refuse(entry, reason=form.reason.data, **_actor())
    return _done(entry, gettext("Refused. The volunteer reads the reason."))


@blueprint.post("/correction")
def correct(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Gives the entry another time, for a reason."""
    form = CorrectionForm(prefix="correction-")
    entry = _entry_for(entry_id, form)
    if not form.validate():
        return _page(entry, correction=form), 422
    try:
        shift = possible_shift(form.started_at.data, form.ended_at.data, form.minutes.data, now=desk.now())
        certifying.correct(db.session(), entry, shift, reason=form.reason.data, **_actor(), settings=desk.settings())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _page(entry, correction=form), 422
    return _done(entry, gettext("Corrected. The history keeps what stood before."))


@blueprint.post("/revocation")
def revoke(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Withdraws the certification, for a reason."""
    form = ReasonForm(prefix="revocation-")
    entry = _entry_for(entry_id, form)
    if not form.validate():
        return _page(entry, revocation=form), 422
    certifying.revoke(db.session(), entry, reason=form.reason.data, **_actor(), settings=desk.settings())
    return _done(entry, gettext("Revoked. The entry counts nothing from now on."))


def _entry_for(entry_id: uuid.UUID, form: ActForm) -> HourEntry:
    """The entry, locked, in the version that the page showed; raises `StaleVersion` and `NotAllowed`."""
    if form.version.data is None:
        abort(400)
    version = int(form.version.data)
    return entry_to_change(db.session(), entry_id, by=desk.staff(), permission=Permission.CERTIFY, version=version)


def _actor() -> dict[str, Any]:
    return {"by": desk.staff().username, "at": desk.now()}


def _done(entry: HourEntry, sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for(".show", entry_id=entry.id), code=303)


def _page(entry: HourEntry, **forms: FlaskForm) -> str:
    """The entry's page; `forms` has the one that was sent and could not stand."""
    given = {"version": entry.version}
    fresh = {
        "act": ActForm(formdata=None, data=given),
        "refusal": ReasonForm(formdata=None, data=given, prefix="refusal-"),
        "correction": CorrectionForm(
            formdata=None,
            data={**given, "started_at": entry.started_at, "ended_at": entry.ended_at, "minutes": entry.credited_minutes},
            prefix="correction-",
        ),
        "revocation": ReasonForm(formdata=None, data=given, prefix="revocation-"),
    }
    return render_template(
        "tenant/hours.html",
        entry=entry,
        steps=steps(entry.versions),
        may_certify=entry.organization_id in desk.places(Permission.CERTIFY),
        sees_volunteer=entry.registration.organization_id in desk.places(Permission.SEE),
        failed=next(iter(forms), None),
        **fresh | forms,
    )
