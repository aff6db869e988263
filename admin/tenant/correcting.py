"""How is a registration put right at the desk?"""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from admin.persons import DOCUMENTS, gender
from admin.tenant import desk, refusals
from admin.tenant.acts import ActForm, actor
from admin.tenant.grave import grave
from sync.documents import DocumentKind
from tenants.db import db
from tenants.errors import Invalid
from tenants.registrations.correcting import Correction, correct_registration
from tenants.registrations.finding import masked_document, registration_seen, registration_to_change
from tenants.registrations.models import LONGEST_CORRECTION_REASON, LONGEST_NAME, LONGEST_PHONE, Registration
from tenants.registrations.registering import GENDERS, Outcome
from tenants.staff.permissions import Permission

_LONGEST_NUMBER = 40

blueprint = Blueprint("correcting", __name__, url_prefix="/volunteers/<uuid:registration_id>/correction")


class RegistrationForm(ActForm):
    """What is right of a volunteer."""

    name = StringField(lazy_gettext("Name"), [DataRequired(lazy_gettext("Enter the name.")), Length(max=LONGEST_NAME)])
    gender = SelectField(lazy_gettext("Gender"), [Optional()])
    birth_date = DateField(lazy_gettext("Born"), [Optional()])
    phone = StringField(lazy_gettext("Telephone"), [Optional(), Length(max=LONGEST_PHONE)])
    document_kind = SelectField(lazy_gettext("Document"), [Optional()])
    document_number = StringField(lazy_gettext("Number of the document"), [Optional(), Length(max=_LONGEST_NUMBER)])

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [DataRequired(lazy_gettext("Say why it is corrected.")), Length(max=LONGEST_CORRECTION_REASON)],
    )

    def offer(self) -> None:
        """Lets a gender and a kind of document be chosen, or none."""
        genders = [SelectChoice(one, gender(one)) for one in GENDERS]
        self.gender.choices = [SelectChoice("", gettext("not known")), *genders]
        kinds = [SelectChoice(kind.value, str(DOCUMENTS[kind])) for kind in DocumentKind]
        self.document_kind.choices = [SelectChoice("", gettext("none was shown")), *kinds]

    def correction(self) -> Correction:
        """What was stated."""
        return Correction(
            name=self.name.data.strip(),
            gender=self.gender.data or None,
            birth_date=self.birth_date.data,
            phone=self.phone.data or None,
            document_kind=DocumentKind(self.document_kind.data) if self.document_kind.data else None,
            document_number=(self.document_number.data or "").strip() or None,
        )


@blueprint.get("")
@grave()
def show(registration_id: uuid.UUID) -> str:
    """The form, with what is there."""
    return _page(registration_seen(db.session(), registration_id, desk.places(Permission.REGISTER)))


@blueprint.post("")
@grave(".show", press=lazy_gettext("Put it right"))
def correct(registration_id: uuid.UUID) -> Response | tuple[str, int]:
    """Puts the registration right; whoever came from a question of the city's goes back to it."""
    form = RegistrationForm()
    form.offer()
    if form.version.data is None:
        abort(400)
    places = desk.places(Permission.REGISTER)
    registration = registration_to_change(db.session(), registration_id, places, version=form.version.data)
    if not form.validate():
        return _page(registration, form), 422
    try:
        right, reason = form.correction(), form.reason.data
        outcome = correct_registration(db.session(), registration, right, reason=reason, settings=desk.settings(), **actor())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _page(registration, form), 422
    db.session.commit()
    changed = outcome is Outcome.CHANGED
    flash(gettext("Put right. The city is told.") if changed else gettext("Nothing was different."), "success")
    return redirect(_back(registration_id), code=303)


def _back(registration_id: uuid.UUID) -> str:
    question_id = request.args.get("question", type=uuid.UUID)
    if question_id:
        return url_for("desk.questions.ask", question_id=question_id)
    return url_for("desk.volunteers.show", registration_id=registration_id)


def _page(registration: Registration, form: RegistrationForm | None = None) -> str:
    if form is None:
        form = RegistrationForm(formdata=None, obj=registration)
        # The number is not handed out again, not even to be left as it is.
        form.document_number.data = None
        form.offer()
    return render_template(
        "tenant/correction.html",
        registration=registration,
        document=masked_document(registration, desk.settings().field_cipher),
        form=form,
        back=_back(registration.id),
    )
