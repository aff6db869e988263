"""How does a member of staff sign in?

By the hub's word, like everybody in the city. The form for a password of this district is there for whoever is not known to
the hub yet, and for the day when the hub is away; each use of it is written down.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from admin.tenant import desk, refusals
from tenants.db import db
from tenants.errors import DistrictError, SignInRefused, SignInThrottled
from tenants.sso.knowing import issuer_of
from tenants.sso.linking_staff import link_staff
from tenants.sso.models import SecurityEventKind
from tenants.sso.security_events import note
from tenants.staff.models import StaffMember
from tenants.staff.signing_in import begin, finish

Refusal: TypeAlias = tuple[str, int] | tuple[str, int, dict[str, str]]
"""A page with what is wrong."""

Form = TypeVar("Form", "SignInForm", "PasswordForm")

blueprint = Blueprint("signing_in", __name__)


class PasswordForm(FlaskForm):
    """The password of an account whose name is known."""

    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password."))])


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
    return _sit_down(_checked(form, form.username.data, _page))


@blueprint.get("/sign-in/again")
def show_again() -> str | Response | Refusal:
    """Where whoever sits here shows once more that it is them: at the hub, unless they signed in here, or it is away."""
    here = desk.signed_in()
    if here is None or here.subject is None:
        return _page_again(PasswordForm())
    try:
        desk.provider().look()
    except DistrictError:
        return _page_again(PasswordForm()), 503
    return redirect(url_for("people.signing_in.begin_at_desk"), code=303)


@blueprint.post("/sign-in/again")
def submit_again() -> Response | Refusal:
    """Goes on with what was wanted, in a session that the password began."""
    return _sit_down(_checked(PasswordForm(), desk.staff().username, _page_again))


@blueprint.post("/sign-in/link")
def link() -> Response | Refusal:
    """Lets the hub's word open an account here from now on: of who is signed in there, and knows the account's password."""
    form = SignInForm()
    checked = _checked(form, form.username.data, _page)
    if not isinstance(checked, StaffMember):
        return checked
    here = desk.signed_in()
    if here is None:
        return _page(form), 409
    link_staff(db.session(), here, checked, address=desk.address(), at=desk.now())
    db.session.commit()
    flash(gettext("From now on your city ID opens your account here."))
    return desk.go_on()


def _sit_down(checked: StaffMember | Refusal) -> Response | Refusal:
    """Begins a session for the account that was checked, if it was not refused."""
    if not isinstance(checked, StaffMember):
        return checked
    response = desk.sit_down(checked)
    db.session.commit()
    return response


def _checked(form: Form, username: str, page: Callable[[Form], str]) -> StaffMember | Refusal:
    """The account of this name, whose password the form has, or the `page` that refuses it."""
    if not form.validate():
        return page(form), 422
    session = db.session()
    try:
        attempt = begin(session, username, address=desk.address(), at=desk.now())
        session.rollback()  # what follows takes a while
        return finish(session, attempt, attempt.check(form.password.data))
    except SignInRefused as refusal:
        note(session, SecurityEventKind.REFUSED_LOCALLY, actor=attempt.username, address=desk.address(), at=desk.now())
        session.commit()
        form.form_errors.append(refusals.say(refusal))
        return page(form), refusals.STATUSES[SignInRefused]
    except SignInThrottled as refusal:
        form.form_errors.append(refusals.say(refusal))
        return page(form), refusals.STATUSES[SignInThrottled], {"Retry-After": str(refusal.retry_after_seconds)}


def _page(form: SignInForm) -> str:
    issuer = issuer_of(db.session(), desk.settings().district)
    return render_template("tenant/sign_in.html", form=form, here=desk.signed_in(), issuer=issuer)


def _page_again(form: PasswordForm) -> str:
    return render_template("tenant/sign_in_again.html", form=form)
