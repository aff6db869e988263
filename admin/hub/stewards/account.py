"""How does somebody look after their own account at the hub?"""

import uuid
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from admin.hub.stewards import desk, refusals
from federation.accounts import securing, sessions
from federation.accounts.models import ABSOLUTE_LIMIT, IDLE_LIMIT
from federation.accounts.passwords import new_hash
from federation.accounts.signing_in import begin, finish
from federation.db import db
from federation.errors import SignInRefused, SignInThrottled
from sync.accounts.passwords import MIN_PASSWORD_LENGTH

MINUTE = timedelta(minutes=1)

blueprint = Blueprint("account", __name__, url_prefix="/account")


class PasswordForm(FlaskForm):
    """The password, and the one to have instead."""

    current = PasswordField(lazy_gettext("Password until now"), [InputRequired(lazy_gettext("Enter your password."))])
    new = PasswordField(
        lazy_gettext("New password"),
        [
            InputRequired(lazy_gettext("Enter a new password.")),
            Length(min=MIN_PASSWORD_LENGTH, message=lazy_gettext("A password needs at least %(min)d characters.")),
        ],
    )
    again = PasswordField(
        lazy_gettext("New password once more"), [EqualTo("new", lazy_gettext("The new password is not the same twice."))]
    )


@blueprint.get("/")
def show() -> str:
    """Who one is here, and where one is signed in."""
    return render_template(
        "hub/stewards/account.html",
        sessions=sessions.open_sessions(db.session(), desk.account(), at=desk.now()),
        this=desk.here(),
        idle_minutes=IDLE_LIMIT // MINUTE,
        most_minutes=ABSOLUTE_LIMIT // MINUTE,
    )


@blueprint.post("/sessions/<uuid:session_id>/end")
def end_session(session_id: uuid.UUID) -> Response:
    """Ends one session."""
    if session_id == desk.here().id:
        return redirect(url_for("stewards.account.show"), code=303)
    sessions.end_session(db.session(), desk.account(), session_id, at=desk.now())
    db.session.commit()
    flash(gettext("The session has ended."), "success")
    return redirect(url_for("stewards.account.show"), code=303)


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Ends every session but this one."""
    sessions.end_sessions(db.session(), desk.account(), at=desk.now(), but=desk.here())
    db.session.commit()
    flash(gettext("You are signed in nowhere else any more."), "success")
    return redirect(url_for("stewards.account.show"), code=303)


@blueprint.get("/password")
def password() -> str:
    """The form for another password."""
    return _password_page(PasswordForm())


@blueprint.post("/password")
def change_password() -> Response | refusals.Answer:
    """Gives the account another password, if it is its owner who asks: somebody may have left the desk for a moment."""
    form = PasswordForm()
    if not form.validate():
        return _password_page(form), 422
    session = db.session()
    try:
        attempt = begin(session, desk.account().username, address=request.remote_addr or "", at=desk.now())
        session.rollback()  # what follows takes a while
        checked, password_hash = attempt.check(form.current.data), new_hash(form.new.data)
        account = finish(session, attempt, checked)
    except SignInRefused as refusal:
        session.commit()
        form.current.errors = [gettext("This is not your password.")]
        return refusals.answer(_password_page(form), refusal)
    except SignInThrottled as refusal:
        form.form_errors.append(refusals.say(refusal))
        return refusals.answer(_password_page(form), refusal)
    securing.change_password(session, account, password_hash, here=desk.here(), at=desk.now())
    session.commit()
    flash(gettext("Your password is changed. You are signed in nowhere else any more."), "success")
    return redirect(url_for("stewards.account.show"), code=303)


def _password_page(form: PasswordForm) -> str:
    return render_template("hub/stewards/password.html", form=form, shortest=MIN_PASSWORD_LENGTH)
