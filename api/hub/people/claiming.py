"""How does somebody claim the volunteer ID that a register gave them?"""

from typing import Any

from flask import Blueprint, flash, render_template, session
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.going_on import go_on, go_to
from api.hub.people.letters import notice
from api.hub.people.looking_up import look_up
from api.hub.people.undertakings import Undertaking
from federation.accounts.addresses import Address, AddressKind, address_of
from federation.accounts.contacts.models import Purpose
from federation.accounts.contacts.telling import tell
from federation.accounts.models import Account, Method
from federation.accounts.passwords import new_hash
from federation.db import db
from federation.directory.keys import DistrictKeys
from federation.errors import CodeRefused, Invalid, SignInThrottled, StateForbids
from federation.people.claiming import claim, read_claim_slip, use_claim_slip
from federation.people.knowing import Known, account_of, can_look, known_by_registration
from federation.people.opening import open_account
from sync.documents import DocumentKind
from sync.messages import claim_slip

blueprint = Blueprint("claiming", __name__, url_prefix="/claim")

_undertaking = Undertaking(Purpose.CLAIM, "claiming")
_SLIP = "claim slip"


class DocumentForm(FlaskForm):
    """By what a district has registered somebody."""

    document_kind = fields.document_kind()
    document_number = fields.document_number(InputRequired(lazy_gettext("Enter the number.")))
    phone = StringField(
        lazy_gettext("Mobile number that your district has"),
        [InputRequired(lazy_gettext("Enter the mobile number.")), Length(max=40)],
    )


class SlipForm(FlaskForm):
    """What stands on a slip of paper."""

    slip = TextAreaField(
        lazy_gettext("Text of the slip"),
        [InputRequired(lazy_gettext("Enter the text of the slip.")), Length(max=claim_slip.LONGEST)],
    )


class ConfirmForm(FlaskForm):
    """That somebody who is signed in already wants it."""


@blueprint.get("")
def show() -> str:
    """Asks for document and telephone number, or for a slip."""
    return _document_page(DocumentForm())


@blueprint.post("")
def send() -> Response | refusals.Answer:
    """Sends a code to the registration's telephone; the answer is the same whether or not there is such a registration."""
    form = DocumentForm()
    if not form.validate():
        return _document_page(form), 422
    try:
        return _send(form, _phone(form))
    except (Invalid, SignInThrottled) as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_document_page(form), refusal)


@blueprint.get("/code")
def code() -> str:
    """Asks for the code."""
    return _undertaking.page(fields.CodeForm())


@blueprint.post("/code")
def check() -> Response | refusals.Answer:
    """Goes on with the right code."""
    session.pop(_SLIP, None)
    return _undertaking.check(onward="details")


@blueprint.get("/slip")
def slip() -> str:
    """Asks for the slip; the QR code on it leads here, with its text behind a # that no server ever sees."""
    return _slip_page(SlipForm())


@blueprint.post("/slip")
def read() -> Response | refusals.Answer:
    """Goes on with a slip that is right; it is used when the account is opened."""
    form = SlipForm()
    if not form.validate():
        return _slip_page(form), 422
    try:
        read_claim_slip(db.session(), form.slip.data, keys=_keys(), settings=browser.settings(), at=browser.now())
    except CodeRefused as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_slip_page(form), refusal)
    session[_SLIP] = form.slip.data
    return go_to("people.claiming.details")


@blueprint.get("/details")
def details() -> str | Response:
    """Asks for what an account needs or, of who is signed in, whether this is them."""
    known = _claimed()
    return _details_page(_form(known), known) if known else go_to("people.claiming.show")


@blueprint.post("/details")
def submit() -> Response | refusals.Answer:
    """Lets the account have the volunteer ID."""
    known = _claimed()
    if known is None:
        return go_to("people.claiming.show")
    form = _form(known)
    if not form.validate():
        return _details_page(form, known), 422
    try:
        if held := browser.held():
            claim(db.session(), held.account, _spend(), visit=browser.visit(), at=browser.now())
        else:
            db.session.rollback()  # what follows takes a while
            account = _open(form, new_hash(form.password.data, about=(form.name.data,)))
            browser.sit_down(account, {Method.PASSWORD})
    except (Invalid, CodeRefused, StateForbids) as refusal:
        db.session.rollback()
        refusals.into(form, refusal)
        return refusals.answer(_details_page(form, known), refusal)
    session.pop(_SLIP, None)
    db.session.commit()
    flash(gettext("This volunteer ID is yours, with all hours of its districts."), "success")
    return go_on()


def _send(form: DocumentForm, phone: Address) -> Response:
    kind, number = DocumentKind(form.document_kind.data), form.document_number.data
    asked_for = f"{kind} {number} {phone.value}"
    _undertaking.require_room(asked_for)
    known = look_up(kind, number, phone=phone)
    taken = known and account_of(db.session(), known.volunteer_id)
    if taken:
        words = gettext("Somebody wanted to claim your volunteer ID. You have an account with it already: sign in with that.")
        tell(db.session(), [phone], notice(words), settings=browser.settings(), at=browser.now())
    return _undertaking.begin(
        asked_for,
        to=phone if known and not taken else None,
        typed=phone.value,
        registration_id=known.registration_id if known else None,
    )


def _phone(form: DocumentForm) -> Address:
    try:
        phone = address_of(form.phone.data)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="phone") from refusal
    if phone.kind is not AddressKind.PHONE:
        raise Invalid("Enter a mobile number.", field="phone")
    return phone


def _claimed() -> Known | None:
    """Who somebody has shown to be; nothing is used up by that."""
    settings, at = browser.settings(), browser.now()
    if written := session.get(_SLIP):
        try:
            return read_claim_slip(db.session(), written, keys=_keys(), settings=settings, at=at)
        except CodeRefused:
            return None
    return _registered(_undertaking.shown())


def _spend() -> Known:
    settings, at = browser.settings(), browser.now()
    if written := session.get(_SLIP):
        return use_claim_slip(db.session(), written, keys=_keys(), settings=settings, at=at)
    known = _registered(_undertaking.spend())
    if known is None:
        raise CodeRefused("This registration is no more. Ask your district.")
    return known


def _registered(begun: dict[str, Any] | None) -> Known | None:
    registration_id = begun and begun["registration_id"]
    return known_by_registration(db.session(), registration_id, settings=browser.settings()) if registration_id else None


def _open(form: fields.OpeningForm, password_hash: str) -> Account:
    has_slip, known = _SLIP in session, _spend()
    return open_account(
        db.session(),
        name=form.name.data,
        password_hash=password_hash,
        # Of a slip nobody knows which telephone its bearer has.
        address=None if has_slip else address_of(_undertaking.sent_to),
        known=known,
        visit=browser.visit(),
        settings=browser.settings(),
        at=browser.now(),
    )


def _form(known: Known) -> FlaskForm:
    return ConfirmForm() if browser.held() else fields.OpeningForm(name=known.person.name)


def _keys() -> DistrictKeys:
    return DistrictKeys(db.session())


def _document_page(form: DocumentForm) -> str:
    return render_template("people/claim.html", form=form, asks_document=can_look(browser.settings()))


def _slip_page(form: SlipForm) -> str:
    return render_template("people/claim_slip.html", form=form)


def _details_page(form: FlaskForm, known: Known) -> str:
    return render_template("people/claim_details.html", form=form, known=known)
