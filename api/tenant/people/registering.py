"""How does somebody whom the hub knows become registered in this district as well?

They are asked first. What the hub tells of them is shown, and what this district keeps and tells the city.
"""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from api.tenant.people import refusals, visit
from tenants.db import db
from tenants.errors import Invalid
from tenants.organizations.arranging import root
from tenants.organizations.finding import streets
from tenants.organizations.models import Organization
from tenants.registrations.models import LONGEST_PHONE
from tenants.sso.models import LocalSession
from tenants.sso.opening import Stated, open_registration, registration_of

blueprint = Blueprint("registering", __name__, url_prefix="/me/registration")


class OpeningForm(FlaskForm):
    """What a volunteer states here, and that they agree."""

    organization = SelectField(lazy_gettext("Where you serve"), [InputRequired()])
    phone = StringField(lazy_gettext("Telephone"), [Optional(), Length(max=LONGEST_PHONE)])
    birth_date = DateField(lazy_gettext("Born"), [Optional()])
    agreed = BooleanField(
        lazy_gettext("I agree that this district keeps this, and tells the city"),
        [DataRequired(lazy_gettext("Without your consent no registration is opened."))],
    )

    def offer(self) -> None:
        """Lets a street be chosen, or the district as a whole."""
        places = [root(db.session()), *streets(db.session())]
        self.organization.choices = [SelectChoice(str(place.id), place.name) for place in places]

    def stated(self) -> Stated:
        """What was stated."""
        return Stated(
            organization=db.session().get_one(Organization, uuid.UUID(self.organization.data)),
            phone=self.phone.data or None,
            birth_date=self.birth_date.data,
        )


@blueprint.get("")
def show() -> str | Response:
    """What would be kept, and the question."""
    here = visit.signed_in()
    if here is None or here.subject is None:
        return redirect(url_for("people.own.start"), code=303)
    if registration_of(db.session(), here):
        return redirect(url_for("people.own.show"), code=303)
    return _page(OpeningForm(), here)


@blueprint.post("")
def submit() -> Response | tuple[str, int]:
    """Opens the registration."""
    here = visit.signed_in()
    if here is None or here.subject is None:
        return redirect(url_for("people.own.start"), code=303)
    form = OpeningForm()
    form.offer()
    if not form.validate():
        return _page(form, here), 422
    try:
        open_registration(db.session(), here, form.stated(), settings=visit.settings(), address=visit.address(), at=visit.now())
    except Invalid as refusal:
        errors = form[refusal.field].errors if refusal.field in form else form.form_errors
        errors.append(refusals.say(refusal))
        return _page(form, here), 422
    db.session.commit()
    flash(gettext("You are registered here."))
    return redirect(url_for("people.own.show"), code=303)


def _page(form: OpeningForm, here: LocalSession) -> str:
    form.offer()
    return render_template("people/registration.html", form=form, here=here)
