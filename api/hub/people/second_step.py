"""How does somebody show a second factor, or get one?"""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from api.hub.people import refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, go_to
from api.hub.people.signing_in import PasskeyForm
from federation.accounts.factors import generators, passkeys
from federation.accounts.factors.recovery_codes import take_recovery_code
from federation.accounts.factors.standing import factors_of
from federation.accounts.models import AccountSession, Method, SecurityEventKind
from federation.accounts.security_events import note
from federation.accounts.signing_in import take_second_factor
from federation.db import db
from federation.errors import SignInRefused, SignInThrottled

blueprint = Blueprint("second_step", __name__, url_prefix="/sign-in/second-step")


class SecondStepForm(FlaskForm):
    """A code of the app or, where that is lost, one of the recovery codes."""

    code = StringField(lazy_gettext("Code of your app"), [Length(max=20)])
    recovery_code = StringField(lazy_gettext("Recovery code"), [Length(max=40)])


@blueprint.get("")
def show() -> str | Response:
    """The form, or the way to a second factor for who has none."""
    begun = browser.begun()
    if begun is None:
        return go_to("people.signing_in.show")
    if not factors_of(db.session(), begun.account):
        return go_to("people.factors.show")
    return _page(SecondStepForm(), begun)


@blueprint.post("")
def submit() -> Response | refusals.Answer:
    """Goes on with two factors shown."""
    begun, form = browser.begun(), SecondStepForm()
    if begun is None:
        return go_to("people.signing_in.show")
    account, typed = begun.account, form.recovery_code.data or ""
    settings, at = browser.settings(), browser.now()
    if not form.validate():
        return _page(form, begun), 422

    def take() -> None:
        if typed:
            take_recovery_code(db.session(), account, typed, settings=settings, at=at)
        else:
            generators.take_code(db.session(), account, form.code.data or "", settings=settings, at=at)

    try:
        take_second_factor(
            db.session(), account, take, by="recovery_code" if typed else "otp", visit=browser.visit(), at=browser.now()
        )
    except (SignInRefused, SignInThrottled) as refusal:
        db.session.commit()
        refusals.into(form, refusal)
        return refusals.answer(_page(form, begun), refusal)
    if typed:
        used = SecurityEventKind.RECOVERY_CODE_USED
        note(db.session(), used, account=account, actor=account, at=browser.now(), **browser.visit().told)
    browser.step_up({Method.ONE_TIME_PASSWORD})
    db.session.commit()
    return go_on()


def _page(form: SecondStepForm, begun: AccountSession) -> str:
    held = factors_of(db.session(), begun.account)
    return render_template(
        "people/second_step.html",
        form=form,
        passkey=PasskeyForm(formdata=None),
        has_app="app" in held,
        has_passkey="passkey" in held and passkeys.are_possible(browser.settings()),
    )
