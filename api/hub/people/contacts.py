"""How does somebody change by what the hub reaches them?"""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.guarding import here
from api.hub.people.letters import notice
from api.hub.people.undertakings import Undertaking
from federation.accounts.addresses import address_of
from federation.accounts.contacts.keeping import add_contact, addresses_of, reached_by, remove_contact
from federation.accounts.contacts.models import Purpose
from federation.accounts.contacts.telling import tell
from federation.accounts.models import SecurityEventKind
from federation.accounts.security_events import note
from federation.db import db
from federation.errors import CodeRefused, Invalid, SignInThrottled, StateForbids

blueprint = Blueprint("contacts", __name__, url_prefix="/account/contacts")

_undertaking = Undertaking(Purpose.ADD_CONTACT, "contacts")


@blueprint.get("/new")
def show() -> str:
    """Asks for another number or address."""
    return _new_page(fields.AddressForm())


@blueprint.post("/new")
def send() -> Response | refusals.Answer:
    """Sends a code there."""
    form = fields.AddressForm()
    if not form.validate():
        return _new_page(form), 422
    try:
        address, account_id = address_of(form.address.data), str(here().account.id)
        return _undertaking.begin(address.value, to=address, typed=address.value, address=address.value, account_id=account_id)
    except (Invalid, SignInThrottled) as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_new_page(form), refusal)


@blueprint.get("/code")
def code() -> str:
    """Asks for the code."""
    return _undertaking.page(fields.CodeForm())


@blueprint.post("/code")
def check() -> Response | refusals.Answer:
    """The account is reached by it from now on, and those by which it was before are told."""
    form, account, settings, at = fields.CodeForm(), here().account, browser.settings(), browser.now()
    if not form.validate():
        return _undertaking.page(form), 422
    before = addresses_of(db.session(), account, settings=settings)
    try:
        _undertaking.show(form.code.data)
        begun = _undertaking.spend()
        if begun["account_id"] != str(account.id):
            raise CodeRefused("No code was sent to this browser. Begin again.")
        add_contact(db.session(), account, address_of(begun["address"]), settings=settings, at=at)
    except (CodeRefused, Invalid, StateForbids) as refusal:
        db.session.commit()
        refusals.into(form, refusal)
        return refusals.answer(_undertaking.page(form), refusal)
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
