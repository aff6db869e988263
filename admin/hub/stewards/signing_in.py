"""How does a steward sign in and out?"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from admin.hub.stewards import desk, refusals
from federation.accounts.signing_in import begin, finish
from federation.db import db
from federation.errors import SignInRefused, SignInThrottled

blueprint = Blueprint("signing_in", __name__)


class SignInForm(FlaskForm):
    """Name and password."""

    username = StringField(lazy_gettext("Username"), [InputRequired(lazy_gettext("Enter your username."))])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password."))])


@blueprint.get("/sign-in")
def show() -> str | Response:
    """The form, or the desk for who is signed in already."""
    return redirect(url_for("stewards.home.show")) if desk.is_taken() else _page(SignInForm())


@blueprint.post("/sign-in")
def submit() -> Response | refusals.Answer:
    """Signs in; an unknown name and a wrong password get the same answer."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    session = db.session()
    try:
        attempt = begin(session, form.username.data, address=request.remote_addr or "", at=desk.now())
        session.rollback()  # what follows takes a while
        account = finish(session, attempt, attempt.check(form.password.data))
    except (SignInRefused, SignInThrottled) as refusal:
        session.commit()
        form.form_errors.append(refusals.say(refusal))
        return refusals.answer(_page(form), refusal)
    wanted = desk.sit_down(account)
    session.commit()
    return redirect(wanted, code=303)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Ends the session."""
    desk.get_up()
    db.session.commit()
    flash(gettext("You are signed out."))
    return redirect(url_for("stewards.signing_in.show"), code=303)


def _page(form: SignInForm) -> str:
    return render_template("hub/stewards/sign_in.html", form=form)
