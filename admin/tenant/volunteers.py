"""Who is this volunteer, and what have they done?"""

import uuid

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import Length, Optional

from admin.queries import PageForm, QueryForm
from admin.tenant import desk
from tenants.db import db
from tenants.hours.finding import entries_of_volunteer, sums_of_volunteer
from tenants.questions.finding import waiting_about
from tenants.registrations.correcting import corrections_of
from tenants.registrations.finding import masked_document, registration_seen, search
from tenants.staff.permissions import Permission

PAGE_LENGTH = 50
MOST_FOUND = 50

blueprint = Blueprint("volunteers", __name__, url_prefix="/volunteers")


class SearchForm(QueryForm):
    """What somebody knows of a volunteer."""

    words = StringField(lazy_gettext("Name, number or end of the telephone"), [Optional(), Length(max=80)])


@blueprint.get("/")
def find() -> str | tuple[str, int]:
    """The search, with what it found."""
    form = SearchForm(request.args)
    if not form.validate():
        return render_template("tenant/volunteers.html", form=form, found=None, most_found=MOST_FOUND), 422
    places = desk.places(Permission.SEE)
    found = search(db.session(), places, form.words.data, limit=MOST_FOUND) if form.words.data else None
    return render_template("tenant/volunteers.html", form=form, found=found, most_found=MOST_FOUND)


@blueprint.get("/<uuid:registration_id>")
def show(registration_id: uuid.UUID) -> str:
    """A volunteer's registration and hours."""
    registration = registration_seen(db.session(), registration_id, desk.places(Permission.SEE))
    form = PageForm(request.args)
    first = form.page.data - 1 if form.validate() else 0
    by = desk.staff().username
    corrects = registration.organization_id in desk.places(Permission.REGISTER)
    sums = sums_of_volunteer(db.session(), registration.id, by=by)
    return render_template(
        "tenant/volunteer.html",
        registration=registration,
        document=masked_document(registration, desk.settings().field_cipher),
        corrects=corrects,
        corrections=corrections_of(db.session(), registration.id),
        questions=waiting_about(db.session(), registration.id) if corrects else (),
        sums=sums,
        entries=entries_of_volunteer(db.session(), registration.id, by=by, first=first * PAGE_LENGTH, limit=PAGE_LENGTH),
        entry_count=sum(part.entries for part in sums.values()),
        first=first * PAGE_LENGTH,
        page_length=PAGE_LENGTH,
    )
