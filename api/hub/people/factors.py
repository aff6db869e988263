"""How does somebody get another way to sign in, or give one up?"""

import uuid

import segno
from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, go_to, who_asked
from api.hub.people.guarding import here
from api.hub.people.letters import notice
from api.hub.people.signing_in import PASSKEY_METHODS, PasskeyForm
from federation.accounts.contacts.keeping import addresses_of
from federation.accounts.contacts.telling import tell
from federation.accounts.factors import generators, passkeys
from federation.accounts.factors.models import LONGEST_LABEL
from federation.accounts.factors.recovery_codes import new_recovery_codes, remove_recovery_codes
from federation.accounts.factors.standing import factors_of
from federation.accounts.models import Account, Method, SecurityEventKind
from federation.accounts.naming import name_of
from federation.accounts.security_events import note
from federation.accounts.signing_in import take_second_factor
from federation.db import db
from federation.errors import Invalid, SignInRefused, SignInThrottled, StateForbids

blueprint = Blueprint("factors", __name__, url_prefix="/account/factors")

_CHALLENGE = "new passkey challenge"
_QR_SCALE = 4


class NewPasskeyForm(PasskeyForm):
    """What a new passkey answered, and what its owner calls it."""

    label = StringField(
        lazy_gettext("What you call it"),
        [InputRequired(lazy_gettext("Give it a name, such as that of the device.")), Length(max=LONGEST_LABEL)],
    )


@blueprint.get("")
def show() -> str:
    """Which ways there are, and which one has."""
    held = factors_of(db.session(), here().account)
    return render_template(
        "people/factors.html",
        has_app="app" in held,
        passkey=NewPasskeyForm(formdata=None, label=gettext("This device")),
        passkeys=passkeys.passkeys_of(db.session(), here().account),
        has_passkeys=passkeys.are_possible(browser.settings()),
        is_forced=bool(here().missing) or who_asked() is not None,
    )


@blueprint.post("/app")
def begin_app() -> BaseResponse:
    """Begins with an app that shows codes."""
    generators.begin_generator(db.session(), here().account, settings=browser.settings(), at=browser.now())
    db.session.commit()
    return go_to("people.factors.app")


@blueprint.get("/app")
def app() -> str | BaseResponse:
    """Shows what the app has to scan, and asks for its first code."""
    return _app_page(fields.CodeForm())


@blueprint.post("/app/code")
def confirm_app() -> str | BaseResponse | refusals.Answer:
    """From now on the app's codes are asked for; shows the recovery codes, this once."""
    form, account, at, settings = fields.CodeForm(), here().account, browser.now(), browser.settings()
    if not form.validate():
        return _app_page(form), 422

    def take() -> None:
        generators.confirm_generator(db.session(), account, form.code.data, settings=settings, at=at)

    try:
        take_second_factor(db.session(), account, take, by="otp", visit=browser.visit(), at=at)
    except (SignInRefused, SignInThrottled) as refusal:
        db.session.commit()
        refusals.into(form, refusal)
        return refusals.answer(_app_page(form), refusal)
    codes = new_recovery_codes(db.session(), account, settings=settings)
    _tell(account, SecurityEventKind.FACTOR_ADDED, gettext("An app for codes was added to your account."), what="app")
    browser.step_up({Method.ONE_TIME_PASSWORD})
    db.session.commit()
    return _codes_page(codes)


@blueprint.post("/app/remove")
def remove_app() -> BaseResponse:
    """No code is asked for any more."""
    account = here().account
    if account.is_staff and factors_of(db.session(), account) == {"app"}:
        raise StateForbids("You do something for others here, which takes a second factor. Add a passkey first.")
    generators.remove_generator(db.session(), account)
    remove_recovery_codes(db.session(), account)
    _tell(account, SecurityEventKind.FACTOR_REMOVED, gettext("The app for codes was removed from your account."), what="app")
    db.session.commit()
    flash(gettext("The app for codes is removed."), "success")
    return _back()


@blueprint.post("/recovery-codes")
def make_codes() -> str | BaseResponse:
    """Shows new recovery codes, this once; those before are void."""
    account = here().account
    if not account.has_second_factor:
        raise StateForbids("Recovery codes stand for an app that was lost. Add an app first.")
    codes = new_recovery_codes(db.session(), account, settings=browser.settings())
    _tell(account, SecurityEventKind.RECOVERY_CODES_MADE, gettext("New recovery codes were made for your account."))
    db.session.commit()
    return _codes_page(codes)


@blueprint.post("/passkeys/options")
def passkey_options() -> Response:
    """What the browser has to know to make a passkey, as JSON."""
    account = here().account
    challenge_id, options = passkeys.registration_options(
        db.session(),
        account,
        display_name=name_of(account, browser.settings()),
        settings=browser.settings(),
        at=browser.now(),
    )
    db.session.commit()
    session[_CHALLENGE] = str(challenge_id)
    return Response(options, mimetype="application/json")


@blueprint.post("/passkeys")
def add_passkey() -> BaseResponse:
    """Keeps the passkey that the browser made."""
    form, account, challenge = NewPasskeyForm(), here().account, session.pop(_CHALLENGE, None)
    if not form.validate():
        return _back()
    try:
        passkeys.add_passkey(
            db.session(),
            account,
            uuid.UUID(challenge) if challenge else None,
            form.answer.data,
            label=form.label.data,
            settings=browser.settings(),
            at=browser.now(),
        )
    except Invalid:
        db.session.commit()  # a challenge is taken once, however it is answered
        raise
    _tell(account, SecurityEventKind.FACTOR_ADDED, gettext("A passkey was added to your account."), what="passkey")
    if here().missing:
        browser.step_up(PASSKEY_METHODS)
    db.session.commit()
    flash(gettext("The passkey is added. You can sign in with it from now on."), "success")
    return go_on() if who_asked() else _back()


@blueprint.post("/passkeys/<uuid:passkey_id>/remove")
def remove_passkey(passkey_id: uuid.UUID) -> BaseResponse:
    """A passkey opens the account no more."""
    account = here().account
    held = passkeys.passkeys_of(db.session(), account)
    if account.is_staff and not account.has_second_factor and len(held) == 1:
        raise StateForbids("You do something for others here, which takes a second factor. Add an app for codes first.")
    passkeys.remove_passkey(db.session(), account, passkey_id)
    _tell(account, SecurityEventKind.FACTOR_REMOVED, gettext("A passkey was removed from your account."), what="passkey")
    db.session.commit()
    flash(gettext("The passkey is removed."), "success")
    return _back()


def _tell(account: Account, kind: SecurityEventKind, words: str, **detail: str) -> None:
    """Writes down what was changed, and tells the account's owner wherever they are reached."""
    settings, at = browser.settings(), browser.now()
    note(db.session(), kind, account=account, actor=account, at=at, **(browser.visit().told | detail))
    tell(db.session(), addresses_of(db.session(), account, settings=settings), notice(words), settings=settings, at=at)


def _back() -> BaseResponse:
    return redirect(url_for("people.account.show"), code=303)


def _app_page(form: fields.CodeForm) -> str:
    address = generators.pending_generator(db.session(), here().account, settings=browser.settings())
    if address is None:
        raise StateForbids("There is no new app for codes to confirm. Begin again.")
    qr = Markup(segno.make(address, micro=False).svg_inline(scale=_QR_SCALE))  # noqa: S704 - made here, of an address made here
    return render_template("people/factor_app.html", form=form, qr=qr, seed=generators.seed_in(address))


def _codes_page(codes: list[str]) -> str:
    return render_template("people/recovery_codes.html", codes=codes)
