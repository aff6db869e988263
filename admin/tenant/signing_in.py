"""How does a member of staff sign in and out?"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from admin.tenant import desk, refusals
from tenants.db import db
from tenants.errors import SignInRefused, SignInThrottled
from tenants.staff.signing_in import begin, finish

blueprint = Blueprint("signing_in", __name__)


class SignInForm(FlaskForm):
    """Name and password."""

    username = StringField(lazy_gettext("Username"), [InputRequired(lazy_gettext("Enter your username."))])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password."))])


@blueprint.get("/sign-in")
def show() -> str | Response:
    """The form, or the desk for who is signed in already."""
    return redirect(url_for("desk.home.show")) if desk.staff() else _page(SignInForm())


@blueprint.post("/sign-in")
def submit() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Signs in; an unknown name and a wrong password get the same answer."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    session, name, password = db.session(), form.username.data, form.password.data
    try:
        attempt = begin(session, name, address=request.remote_addr or "", at=desk.now())
        session.rollback()  # what follows takes a while
        staff = finish(session, attempt, attempt.check(password))
    except SignInRefused as refusal:
        db.session.commit()
        form.form_errors.append(refusals.say(refusal))
        return _page(form), refusals.STATUSES[SignInRefused]
    except SignInThrottled as refusal:
        form.form_errors.append(refusals.say(refusal))
        return _page(form), refusals.STATUSES[SignInThrottled], {"Retry-After": str(refusal.retry_after_seconds)}
    db.session.commit()
    return redirect(desk.sit_down(staff, at=desk.now()), code=303)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Ends the session."""
    desk.get_up()
    flash(gettext("You are signed out."))
    return redirect(url_for("desk.signing_in.show"), code=303)


def _page(form: SignInForm) -> str:
    return render_template("tenant/sign_in.html", form=form)
