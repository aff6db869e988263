"""How does somebody change by what the hub reaches them?"""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.hub.people import fields, refusals, undertakings
from api.hub.people.browser import browser
from api.hub.people.going_on import go_to
from api.hub.people.guarding import here
from api.hub.people.letters import code_letter, notice
from federation.accounts.addresses import address_of
from federation.accounts.contacts.codes import send_code, show_code, spend
from federation.accounts.contacts.keeping import add_contact, addresses_of, reached_by, remove_contact
from federation.accounts.contacts.models import Purpose
from federation.accounts.contacts.telling import tell
from federation.accounts.models import SecurityEventKind
from federation.accounts.security_events import note
from federation.db import db
from federation.errors import CodeRefused, Invalid, SignInThrottled, StateForbids

blueprint = Blueprint("contacts", __name__, url_prefix="/account/contacts")

_PURPOSE = Purpose.ADD_CONTACT


@blueprint.get("/new")
def new() -> str:
    """Asks for another number or address."""
    return _new_page(fields.AddressForm())


@blueprint.post("/new")
def send() -> Response | refusals.Answer:
    """Sends a code there."""
    form = fields.AddressForm()
    if not form.validate():
        return _new_page(form), 422
    try:
        address = address_of(form.address.data)
        code_id = send_code(
            db.session(),
            _PURPOSE,
            address.value,
            to=address,
            wording=code_letter,
            origin=browser.visit().origin,
            settings=browser.settings(),
            at=browser.now(),
            address=address.value,
            account_id=str(here().account.id),
        )
    except (Invalid, SignInThrottled) as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_new_page(form), refusal)
    db.session.commit()
    undertakings.begin(_PURPOSE, code_id, to=address.value)
    return go_to("people.contacts.code")


@blueprint.get("/code")
def code() -> str:
    """Asks for the code."""
    return _code_page(fields.CodeForm())


@blueprint.post("/code")
def check() -> Response | refusals.Answer:
    """The account is reached by it from now on, and those by which it was before are told."""
    form, account, settings, at = fields.CodeForm(), here().account, browser.settings(), browser.now()
    if not form.validate():
        return _code_page(form), 422
    code_id = undertakings.code_of(_PURPOSE)
    before = addresses_of(db.session(), account, settings=settings)
    try:
        show_code(db.session(), code_id, _PURPOSE, form.code.data, settings=settings, at=at)
        begun = spend(db.session(), code_id, _PURPOSE, settings=settings, at=at)
        if begun["account_id"] != str(account.id):
            raise CodeRefused("No code was sent to this browser. Begin again.")
        add_contact(db.session(), account, address_of(begun["address"]), settings=settings, at=at)
    except (CodeRefused, Invalid, StateForbids) as refusal:
        db.session.commit()
        refusals.into(form, refusal)
        return refusals.answer(_code_page(form), refusal)
    note(db.session(), SecurityEventKind.CONTACT_ADDED, account=account, actor=account, at=at, **browser.visit().told)
    words = gettext("A telephone number or e-mail address was added to your account.")
    tell(db.session(), before, notice(words), settings=settings, at=at)
    db.session.commit()
    flash(gettext("You can be reached by it from now on."), "success")
    return redirect(url_for("people.account.show"), code=303)


@blueprint.post("/<uuid:contact_id>/remove")
def remove(contact_id: uuid.UUID) -> Response:
    """The account is reached by it no more; it is the last that it hears."""
    account, settings, at = here().account, browser.settings(), browser.now()
    removed = remove_contact(db.session(), account, contact_id)
    note(db.session(), SecurityEventKind.CONTACT_REMOVED, account=account, actor=account, at=at, **browser.visit().told)
    words = gettext("This was removed from your account, which is not reached by it any more.")
    tell(db.session(), [reached_by(removed, settings)], notice(words), settings=settings, at=at)
    db.session.commit()
    flash(gettext("It is removed."), "success")
    return redirect(url_for("people.account.show"), code=303)


def _new_page(form: fields.AddressForm) -> str:
    return render_template("people/new_contact.html", form=form)


def _code_page(form: fields.CodeForm) -> str:
    return render_template(
        "people/code.html",
        form=form,
        sent_to=undertakings.sent_to(_PURPOSE),
        action="people.contacts.check",
        begin_again="people.contacts.new",
    )
