"""How are hours recorded at the desk?

For one volunteer at a time; for the next one who served in the same shift the form is filled in as it was.
"""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import SubmitField

from admin.tenant import desk, refusals
from admin.tenant.acts import ActForm, actor, entry_for
from admin.tenant.stating import LATEST_ENTRIES, ServiceForm, as_stated
from admin.tenant.volunteers import MOST_FOUND, SearchForm
from tenants.db import db
from tenants.errors import Invalid
from tenants.hours.finding import drafts_of, entry_seen, services_lately
from tenants.hours.models import HourEntry, HourState
from tenants.hours.recording import HourDetails, discard_draft, draft_hours, submit_draft, submit_hours
from tenants.registrations.finding import registration_seen, search
from tenants.registrations.models import Registration
from tenants.staff.permissions import Permission

MOST_DRAFTS = 100

_DISCARD = "discard-"

blueprint = Blueprint("recording", __name__, url_prefix="/recording")


class RecordingForm(ServiceForm):
    """Hours, with what is to become of them."""

    submit = SubmitField(lazy_gettext("Submit"))
    keep = SubmitField(lazy_gettext("Keep as a draft"))


@blueprint.before_request
def require_recorder() -> None:
    """Nobody else has hours to record."""
    if not desk.places(Permission.RECORD):
        abort(403)


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """My drafts, and the search for whose hours are to be recorded."""
    form, found = SearchForm(request.args), None
    valid = form.validate()
    if valid and form.words.data:
        found = search(db.session(), desk.places(Permission.SEE), form.words.data, limit=MOST_FOUND)
    page = render_template(
        "tenant/recording.html",
        form=form,
        found=found,
        most_found=MOST_FOUND,
        like=_like(),
        drafts=drafts_of(db.session(), by=desk.staff().username, limit=MOST_DRAFTS),
    )
    return page if valid else (page, 422)


@blueprint.get("/volunteers/<uuid:registration_id>")
def begin(registration_id: uuid.UUID) -> str:
    """The form for a volunteer's hours."""
    registration, like = _volunteer(registration_id), _like()
    home = registration.organization_id
    usual = {"organization": str(home)} if home in desk.places(Permission.RECORD) else {}
    return _page(registration, _form(formdata=None, data=as_stated(like) if like else usual))


@blueprint.post("/volunteers/<uuid:registration_id>")
def record(registration_id: uuid.UUID) -> Response | tuple[str, int]:
    """Records a volunteer's hours, as a draft or for a coordinator."""
    registration, form = _volunteer(registration_id), _form()
    if not form.validate():
        return _page(registration, form), 422
    try:
        service = form.service()
        details = HourDetails(
            registration=registration,
            organization_id=service.organization_id,
            activity=service.activity,
            field=service.field,
            shift=form.shift(),
        )
        entry = (draft_hours if form.keep.data else submit_hours)(db.session(), details, **actor())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _page(registration, form), 422
    return _done(entry, kept=form.keep.data)


@blueprint.get("/drafts/<uuid:entry_id>")
def reopen(entry_id: uuid.UUID) -> str:
    """The form of a draft, as it was kept."""
    draft = entry_seen(db.session(), entry_id, by=desk.staff())
    draft.refuse_unless(HourState.DRAFT)
    form = _form(formdata=None, data={"version": draft.version, **as_stated(draft)})
    return _page(draft.registration, form, draft)


@blueprint.post("/drafts/<uuid:entry_id>")
def change(entry_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keeps a draft as it is stated now, or puts it before a coordinator."""
    form = _form()
    draft = entry_for(entry_id, form, Permission.RECORD)
    if not form.validate():
        return _page(draft.registration, form, draft), 422
    try:
        draft.redraft(form.service(), form.shift(), **actor())
        if not form.keep.data:
            submit_draft(db.session(), draft, **actor())
    except Invalid as refusal:
        db.session.rollback()
        refusals.put_into(form, refusal)
        return _page(draft.registration, form, draft), 422
    return _done(draft, kept=form.keep.data)


@blueprint.post("/drafts/<uuid:entry_id>/discard")
def discard(entry_id: uuid.UUID) -> Response:
    """Throws a draft away."""
    discard_draft(db.session(), entry_for(entry_id, ActForm(prefix=_DISCARD), Permission.RECORD))
    db.session.commit()
    flash(gettext("The draft is gone."), "success")
    return redirect(url_for(".show"), code=303)


def _volunteer(registration_id: uuid.UUID) -> Registration:
    return registration_seen(db.session(), registration_id, desk.places(Permission.SEE))


def _like() -> HourEntry | None:
    """The entry after which the next one is to be filled in."""
    entry_id = request.args.get("like", type=uuid.UUID)
    return entry_seen(db.session(), entry_id, by=desk.staff()) if entry_id else None


def _form(**options: Any) -> RecordingForm:
    form = RecordingForm(**options)
    form.offer(desk.places(Permission.RECORD))
    return form


def _done(entry: HourEntry, *, kept: bool) -> Response:
    db.session.commit()
    if kept:
        flash(gettext("Kept as a draft, which nobody else sees. Submit it when it is ready."), "success")
        return redirect(url_for(".show"), code=303)
    flash(gettext("Submitted. The hours wait for another coordinator to stand by them."), "success")
    return redirect(url_for(".show", like=entry.id), code=303)


def _page(registration: Registration, form: RecordingForm, draft: HourEntry | None = None) -> str:
    return render_template(
        "tenant/recording_form.html",
        registration=registration,
        form=form,
        draft=draft,
        discard=draft and ActForm(formdata=None, data={"version": draft.version}, prefix=_DISCARD),
        services=services_lately(db.session(), desk.places(Permission.RECORD), latest=LATEST_ENTRIES),
    )
