"""How does a member of staff sign in?

By the hub's word, like everybody in the city. The form for a password of this district is there for whoever is not known to
the hub yet, and for the day when the hub is away; each use of it is written down.
"""

from typing import TypeAlias

from flask import Blueprint, flash, render_template
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from admin.tenant import desk, refusals
from tenants.db import db
from tenants.errors import SignInRefused, SignInThrottled
from tenants.sso.knowing import issuer_of
from tenants.sso.linking_staff import link_staff
from tenants.sso.models import SecurityEventKind
from tenants.sso.security_events import note
from tenants.staff.models import StaffMember
from tenants.staff.signing_in import begin, finish

Refusal: TypeAlias = tuple[str, int] | tuple[str, int, dict[str, str]]
"""A page with what is wrong."""

blueprint = Blueprint("signing_in", __name__)


class SignInForm(FlaskForm):
    """Name and password."""

    username = StringField(lazy_gettext("Username"), [InputRequired(lazy_gettext("Enter your username."))])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password."))])


@blueprint.get("/sign-in")
def show() -> str | Response:
    """The ways to sign in, or the desk for who is signed in already."""
    return desk.go_on() if desk.staff() else _page(SignInForm())


@blueprint.post("/sign-in")
def submit() -> Response | Refusal:
    """Signs in; an unknown name and a wrong password get the same answer."""
    form = SignInForm()
    checked = _checked(form)
    if not isinstance(checked, StaffMember):
        return checked
    response = desk.sit_down(checked)
    db.session.commit()
    return response


@blueprint.post("/sign-in/link")
def link() -> Response | Refusal:
    """Lets the hub's word open an account here from now on: of who is signed in there, and knows the account's password."""
    form = SignInForm()
    checked = _checked(form)
    if not isinstance(checked, StaffMember):
        return checked
    here = desk.signed_in()
    if here is None:
        return _page(form), 409
    link_staff(db.session(), here, checked, address=desk.address(), at=desk.now())
    db.session.commit()
    flash(gettext("From now on your city ID opens your account here."))
    return desk.go_on()


def _checked(form: SignInForm) -> StaffMember | Refusal:
    """The account whose name and password these are, or the page that refuses them."""
    if not form.validate():
        return _page(form), 422
    session = db.session()
    try:
        attempt = begin(session, form.username.data, address=desk.address(), at=desk.now())
        session.rollback()  # what follows takes a while
        return finish(session, attempt, attempt.check(form.password.data))
    except SignInRefused as refusal:
        note(session, SecurityEventKind.REFUSED_LOCALLY, actor=attempt.username, address=desk.address(), at=desk.now())
        session.commit()
        form.form_errors.append(refusals.say(refusal))
        return _page(form), refusals.STATUSES[SignInRefused]
    except SignInThrottled as refusal:
        form.form_errors.append(refusals.say(refusal))
        return _page(form), refusals.STATUSES[SignInThrottled], {"Retry-After": str(refusal.retry_after_seconds)}


def _page(form: SignInForm) -> str:
    issuer = issuer_of(db.session(), desk.settings().district)
    return render_template("tenant/sign_in.html", form=form, here=desk.signed_in(), issuer=issuer)
