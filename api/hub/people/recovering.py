"""How does somebody get back in who forgot the password?"""

import uuid

from flask import Blueprint, flash, render_template
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_to
from api.hub.people.letters import notice
from api.hub.people.undertakings import Undertaking
from federation.accounts.addresses import Address, read_address
from federation.accounts.contacts.keeping import addresses_of
from federation.accounts.contacts.models import Purpose
from federation.accounts.contacts.telling import tell
from federation.accounts.finding import account_called, normal_identifier
from federation.accounts.models import Account, SecurityEventKind
from federation.accounts.passwords import new_hash
from federation.accounts.securing import recover
from federation.accounts.security_events import note
from federation.db import db
from federation.errors import CodeRefused, Invalid, SignInThrottled

blueprint = Blueprint("recovering", __name__, url_prefix="/recover")

_undertaking = Undertaking(Purpose.RECOVER, "recovering", names_address=False)


class WhoForm(FlaskForm):
    """By what somebody signs in."""

    username = StringField(
        lazy_gettext("Volunteer ID, mobile number, e-mail address or username"),
        [InputRequired(lazy_gettext("Enter by what you sign in.")), Length(max=254)],
    )


@blueprint.get("")
def show() -> str:
    """Asks who it is."""
    return _who_page(WhoForm())


@blueprint.post("")
def send() -> Response | refusals.Answer:
    """Sends a code to whoever the account is for; the answer is the same where there is none."""
    form = WhoForm()
    if not form.validate():
        return _who_page(form), 422
    typed = form.username.data
    account = account_called(db.session(), typed, browser.settings())
    reached = _reached(account, typed) if account and account.active else None
    account_id = str(account.id) if account else None
    note(db.session(), SecurityEventKind.RECOVERY_BEGAN, account=account, at=browser.now(), **browser.visit().told)
    try:
        return _undertaking.begin(normal_identifier(typed), to=reached, typed=typed, account_id=account_id)
    except SignInThrottled as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_who_page(form), refusal)


@blueprint.get("/code")
def code() -> str:
    """Asks for the code."""
    return _undertaking.page(fields.CodeForm())


@blueprint.post("/code")
def check() -> Response | refusals.Answer:
    """Goes on with the right code."""
    return _undertaking.check(onward="password")


@blueprint.get("/password")
def password() -> str | Response:
    """Asks for another password."""
    return _password_page(fields.NewPasswordForm()) if _account_id() else go_to("people.recovering.show")


@blueprint.post("/password")
def submit() -> Response | refusals.Answer:
    """Lets another password open the account, and nothing more: whoever asked signs in with it, and a second factor."""
    form = fields.NewPasswordForm()
    if not _account_id():
        return go_to("people.recovering.show")
    if not form.validate():
        return _password_page(form), 422
    db.session.rollback()  # what follows takes a while
    settings, at = browser.settings(), browser.now()
    try:
        password_hash = new_hash(form.password.data, about=(_undertaking.sent_to,))
        begun = _undertaking.spend()
    except (Invalid, CodeRefused) as refusal:
        db.session.rollback()
        refusals.into(form, refusal)
        return refusals.answer(_password_page(form), refusal)
    account = db.session().get_one(Account, uuid.UUID(begun["account_id"]))
    recover(db.session(), account, password_hash, visit=browser.visit(), at=at)
    words = gettext("Another password was chosen for your account, and it is signed in to nowhere any more.")
    tell(db.session(), addresses_of(db.session(), account, settings=settings), notice(words), settings=settings, at=at)
    db.session.commit()
    flash(gettext("Your password is changed. Sign in with it."), "success")
    return go_to("people.signing_in.show")


def _reached(account: Account, typed: str) -> Address | None:
    """What was typed, where that is an address of the account; else the oldest."""
    addresses, wanted = addresses_of(db.session(), account, settings=browser.settings()), read_address(typed)
    return wanted if wanted in addresses else next(iter(addresses), None)


def _account_id() -> str | None:
    begun = _undertaking.shown()
    return begun["account_id"] if begun else None


def _who_page(form: WhoForm) -> str:
    return render_template("people/recover.html", form=form)


def _password_page(form: fields.NewPasswordForm) -> str:
    return render_template("people/recover_password.html", form=form)
