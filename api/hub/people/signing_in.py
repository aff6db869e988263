"""How does somebody sign in and out?"""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, session
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from api.hub.people import refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, go_to, is_lost, to, who_asked
from federation.accounts.factors import passkeys
from federation.accounts.models import Method
from federation.accounts.signing_in import begin, finish
from federation.db import db
from federation.errors import SignInRefused, SignInThrottled

blueprint = Blueprint("signing_in", __name__)

_CHALLENGE = "passkey challenge"
PASSKEY_METHODS = frozenset({Method.KEY, Method.PRESENCE, Method.SEVERAL_FACTORS})


class SignInForm(FlaskForm):
    """Who somebody says that they are, and their password."""

    username = StringField(
        lazy_gettext("Volunteer ID, mobile number, e-mail address or username"),
        [InputRequired(lazy_gettext("Enter by what you sign in.")), Length(max=254)],
    )
    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password.")), Length(max=200)])


class PasskeyForm(FlaskForm):
    """What a passkey answered, as JSON."""

    answer = HiddenField(validators=[InputRequired(), Length(max=20_000)])


@blueprint.get("/sign-in")
def show() -> str | BaseResponse | refusals.Answer:
    """The form, or the way on for who is signed in already, and is not asked again."""
    if is_lost():
        return render_template("people/lost.html"), 400
    begun, held, wants = browser.begun(), browser.held(), who_asked()
    if begun and not held:
        return go_on()
    if held and "again" not in request.args and (wants is None or wants.is_met_by(held.opening, at=browser.now())):
        return go_on()
    known = held.account.username if held else (wants and wants.login_hint) or ""
    return _page(SignInForm(username=known))


@blueprint.post("/sign-in")
def submit() -> BaseResponse | refusals.Answer:
    """Signs in; an unknown name and a wrong password get the same answer."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    try:
        attempt = begin(db.session(), form.username.data, visit=browser.visit(), settings=browser.settings(), at=browser.now())
        db.session.rollback()  # what follows takes a while
        account = finish(db.session(), attempt, attempt.check(form.password.data))
    except (SignInRefused, SignInThrottled) as refusal:
        db.session.commit()
        refusals.into(form, refusal)
        return refusals.answer(_page(form), refusal)
    browser.sit_down(account, {Method.PASSWORD})
    db.session.commit()
    return go_on()


@blueprint.post("/sign-in/passkey/options")
def passkey_options() -> Response:
    """What the browser has to know to ask for a passkey, as JSON."""
    challenge_id, options = passkeys.authentication_options(db.session(), settings=browser.settings(), at=browser.now())
    db.session.commit()
    session[_CHALLENGE] = str(challenge_id)
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/passkey")
def submit_passkey() -> BaseResponse | refusals.Answer:
    """Signs in with a passkey, which says by itself whose it is; it counts as two factors, and waits for no throttle."""
    form, challenge = PasskeyForm(), session.pop(_CHALLENGE, None)
    if not form.validate():
        return go_to("people.signing_in.show")
    try:
        account = passkeys.account_of_passkey(
            db.session(),
            uuid.UUID(challenge) if challenge else None,
            form.answer.data,
            settings=browser.settings(),
            at=browser.now(),
        )
    except SignInRefused as refusal:
        db.session.commit()
        asking = SignInForm(formdata=None)
        refusals.into(asking, refusal)
        return refusals.answer(_page(asking), refusal)
    browser.sit_down(account, PASSKEY_METHODS)
    db.session.commit()
    return go_on()


@blueprint.post("/sign-out")
def leave() -> BaseResponse:
    """Ends the session."""
    browser.get_up()
    db.session.commit()
    flash(gettext("You are signed out."))
    return redirect(to("people.signing_in.show"), code=303)


def _page(form: SignInForm) -> str:
    return render_template(
        "people/sign_in.html",
        form=form,
        passkey=PasskeyForm(formdata=None),
        has_passkeys=passkeys.are_possible(browser.settings()),
        is_again=browser.held() is not None,
    )
