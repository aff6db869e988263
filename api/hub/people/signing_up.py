"""How does somebody who volunteers get an account?"""

from flask import Blueprint, flash, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms.validators import Optional

from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, go_to
from api.hub.people.looking_up import look_up
from api.hub.people.undertakings import Undertaking
from federation.accounts.addresses import address_of
from federation.accounts.contacts.keeping import account_reached_by
from federation.accounts.contacts.models import Purpose
from federation.accounts.models import Account, Method
from federation.accounts.passwords import new_hash
from federation.db import db
from federation.errors import CodeRefused, Invalid, SignInThrottled, StateForbids
from federation.people.knowing import Known, can_look
from federation.people.opening import open_account
from sync.documents import DocumentKind, understand

blueprint = Blueprint("signing_up", __name__, url_prefix="/sign-up")

_undertaking = Undertaking(Purpose.SIGN_UP, "signing_up")


class DetailsForm(fields.OpeningForm):
    """What an account needs, and a document by which districts may know somebody already."""

    document_kind = fields.document_kind()
    document_number = fields.document_number(Optional())


@blueprint.get("")
def show() -> str:
    """Asks by what somebody can be reached."""
    return _address_page(fields.AddressForm())


@blueprint.post("")
def send() -> Response | refusals.Answer:
    """Sends a code there; the answer is the same whether or not there is an account already."""
    form = fields.AddressForm()
    if not form.validate():
        return _address_page(form), 422
    try:
        address = address_of(form.address.data)
        return _undertaking.begin(address.value, to=address, typed=address.value, address=address.value)
    except (Invalid, SignInThrottled) as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_address_page(form), refusal)


@blueprint.get("/code")
def code() -> str:
    """Asks for the code."""
    return _undertaking.page(fields.CodeForm())


@blueprint.post("/code")
def check() -> Response | refusals.Answer:
    """Goes on with the right code."""
    return _undertaking.check(onward="details")


@blueprint.get("/details")
def details() -> str | Response:
    """Asks for the rest."""
    if not _undertaking.shown():
        return go_to("people.signing_up.show")
    return _details_page(DetailsForm())


@blueprint.post("/details")
def submit() -> Response | refusals.Answer:
    """Opens the account, and signs in to it."""
    form = DetailsForm()
    if not _undertaking.shown():
        return go_to("people.signing_up.show")
    if not form.validate():
        return _details_page(form), 422
    try:
        known = _known(form)
        db.session.rollback()  # what follows takes a while
        password_hash = new_hash(form.password.data, about=(form.name.data, _undertaking.sent_to))
        account = _open(form, password_hash, known)
    except (Invalid, CodeRefused, StateForbids, SignInThrottled) as refusal:
        db.session.rollback()
        refusals.into(form, refusal)
        return refusals.answer(_details_page(form), refusal)
    browser.sit_down(account, {Method.PASSWORD})
    db.session.commit()
    flash(gettext("Welcome. Your account is open."), "success")
    return go_on()


def _open(form: DetailsForm, password_hash: str, known: Known | None) -> Account:
    settings, at = browser.settings(), browser.now()
    begun = _undertaking.spend()
    return open_account(
        db.session(),
        name=form.name.data,
        password_hash=password_hash,
        address=address_of(begun["address"]),
        known=known,
        visit=browser.visit(),
        settings=settings,
        at=at,
    )


def _known(form: DetailsForm) -> Known | None:
    """Whom districts know by the document, if the telephone is theirs, too; raises `Invalid` where the number is none."""
    kind, number = DocumentKind(form.document_kind.data), form.document_number.data
    if not number:
        return None
    if understand(kind, number, today=browser.now().astimezone(browser.settings().time_zone).date()).flaw:
        raise Invalid("This is no number of such a document. Check it.", field="document_number")
    return look_up(kind, number, phone=address_of(_undertaking.sent_to))


def _address_page(form: fields.AddressForm) -> str:
    return render_template("people/sign_up.html", form=form)


def _details_page(form: DetailsForm) -> str:
    address = address_of(_undertaking.sent_to)
    return render_template(
        "people/sign_up_details.html",
        form=form,
        asks_document=can_look(browser.settings()),
        is_taken=account_reached_by(db.session(), address, browser.settings()) is not None,
        address=address,
    )
