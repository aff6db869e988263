"""How does a coordinator work through what waits?"""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from admin.queries import PageForm
from admin.tenant import desk
from admin.tenant.moments import HiddenMoment
from admin.tenant.stating import organization_choices
from admin.writing import duration, number
from tenants.db import db
from tenants.hours.certifying_many import MOST_AT_ONCE, Outcome, certify_many, undo_many
from tenants.hours.queue import QueueFilter, fields_waiting, summarize, waiting, waiting_to_change
from tenants.organizations.arranging import at_or_below
from tenants.staff.permissions import Permission

PAGE_LENGTH = 25

_LAST_ACT = "last_act"

blueprint = Blueprint("queue", __name__, url_prefix="/queue")


class FilterForm(PageForm):
    """What part of the queue to look at; it stands in the address."""

    organization = SelectField(lazy_gettext("Organization"), coerce=str, validators=[Optional()])
    field = SelectField(lazy_gettext("Field"), validators=[Optional()])
    first_day = DateField(lazy_gettext("From"), [Optional()])
    last_day = DateField(lazy_gettext("To"), [Optional()])
    name = StringField(lazy_gettext("Name contains"), [Optional()])
    recorded_by = StringField(lazy_gettext("Recorded by"), [Optional()])

    def wanted(self, *, until: datetime | None = None) -> QueueFilter:
        """The part that was chosen, within what whoever sits here may certify."""
        allowed = desk.places(Permission.CERTIFY)
        chosen = self.organization.data and at_or_below(db.session(), [uuid.UUID(self.organization.data)])
        return QueueFilter(
            organizations=allowed & chosen if chosen else allowed,
            time_zone=desk.settings().time_zone,
            field=self.field.data or None,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            name=self.name.data or None,
            recorded_by=self.recorded_by.data or None,
            until=until,
        )

    def chosen(self) -> dict[str, Any]:
        """The filter as it stands in addresses, without the page."""
        return {name: field.raw_data[0] for name, field in self._fields.items() if name != "page" and any(field.raw_data or [])}


class CertificationForm(FlaskForm):
    """Which entries: those that are ticked, or all that match the filter and were there when the page was shown."""

    which = HiddenField(validators=[AnyOf(["ticked", "all"])])
    entry = SelectMultipleField(coerce=uuid.UUID, validate_choice=False, validators=[Length(max=MOST_AT_ONCE)])
    shown_at = HiddenMoment(validators=[InputRequired()])


class UndoForm(FlaskForm):
    """Which act is to be undone."""

    certified_at = HiddenMoment(validators=[InputRequired()])


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """What waits, the oldest first."""
    form = _filter(request.args)
    if not form.validate():
        return render_template("tenant/queue.html", filter=form, entries=None), 422
    wanted, first = form.wanted(), (form.page.data - 1) * PAGE_LENGTH
    return render_template(
        "tenant/queue.html",
        filter=form,
        form=CertificationForm(formdata=None, shown_at=desk.now()),
        entries=waiting(db.session(), wanted, first=first, limit=PAGE_LENGTH),
        summary=summarize(db.session(), wanted, by=desk.staff().username),
        first=first,
        page_length=PAGE_LENGTH,
        most_at_once=MOST_AT_ONCE,
        last_act=_last_act(),
    )


@blueprint.post("/certification")
def certify() -> Response:
    """Certifies the ticked entries, or all that match the filter and were there when the page was shown."""
    chosen, form = _filter(request.args), CertificationForm()
    if not (chosen.validate() and form.validate()):
        abort(400)
    wanted = chosen.wanted(until=form.shown_at.data)
    ticked = form.entry.data if form.which.data == "ticked" else None
    by, at = desk.staff().username, desk.now()
    entries = waiting_to_change(db.session(), wanted, only=ticked, limit=MOST_AT_ONCE)
    outcome = certify_many(db.session(), entries, by=by, at=at, settings=desk.settings())
    db.session.commit()
    _tell(outcome, missing=len(ticked) - len(entries) if ticked is not None else 0)
    if outcome.entries:
        session[_LAST_ACT] = at.isoformat(), outcome.entries, outcome.minutes
    return redirect(url_for(".show", **chosen.chosen()), code=303)


@blueprint.post("/undo")
def undo() -> Response:
    """Puts back what was certified last."""
    form = UndoForm()
    if not form.validate():
        abort(400)
    outcome = undo_many(
        db.session(),
        desk.places(Permission.CERTIFY),
        certified_at=form.certified_at.data,
        by=desk.staff().username,
        at=desk.now(),
        settings=desk.settings(),
    )
    db.session.commit()
    session.pop(_LAST_ACT, None)
    flash(
        ngettext(
            "%(number)s entry waits again.", "%(number)s entries wait again.", outcome.entries, number=number(outcome.entries)
        )
    )
    return redirect(url_for(".show", **_filter(request.args).chosen()), code=303)


def _filter(arguments: MultiDict[str, str]) -> FilterForm:
    form = FilterForm(arguments)
    allowed = desk.places(Permission.CERTIFY)
    every = SelectChoice("", gettext("All"))
    form.organization.choices = [every, *organization_choices(allowed)]
    form.field.choices = [every, *(SelectChoice(name, name) for name in fields_waiting(db.session(), allowed))]
    return form


def _tell(outcome: Outcome, *, missing: int) -> None:
    if outcome.own_entries:
        flash(
            ngettext(
                "%(number)s entry that you recorded yourself is left for another coordinator.",
                "%(number)s entries that you recorded yourself are left for another coordinator.",
                outcome.own_entries,
                number=number(outcome.own_entries),
            ),
            "warning",
        )
    if missing:
        flash(
            ngettext(
                "%(number)s ticked entry was no longer waiting.",
                "%(number)s ticked entries were no longer waiting.",
                missing,
                number=number(missing),
            ),
            "warning",
        )
    if not outcome.entries:
        flash(gettext("Nothing was certified. Tick the entries that you stand by."), "warning")


def _last_act() -> dict[str, Any] | None:
    """What was certified last in this session, for the line that offers to undo it."""
    if _LAST_ACT not in session:
        return None
    at, entries, minutes = session[_LAST_ACT]
    sentence = ngettext(
        "You certified %(number)s entry, %(duration)s.",
        "You certified %(number)s entries, %(duration)s.",
        entries,
        number=number(entries),
        duration=duration(minutes),
    )
    return {"form": UndoForm(formdata=None, certified_at=datetime.fromisoformat(at)), "sentence": sentence}
