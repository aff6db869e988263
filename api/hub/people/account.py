"""How does somebody look after their own account?"""

import json
import uuid

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from api.hub.openid.answering import call
from api.hub.people import fields, refusals
from api.hub.people.browser import browser
from api.hub.people.guarding import here
from api.hub.people.letters import notice
from federation.accounts import sessions
from federation.accounts.contacts.keeping import addresses_of, contacts_of, reached_by
from federation.accounts.contacts.telling import tell
from federation.accounts.factors.passkeys import passkeys_of
from federation.accounts.factors.recovery_codes import recovery_codes_left
from federation.accounts.models import ABSOLUTE_LIMIT, IDLE_LIMIT, SecurityEventKind
from federation.accounts.passwords import new_hash
from federation.accounts.reading_events import events_of
from federation.accounts.securing import change_password
from federation.accounts.security_events import note
from federation.accounts.signing_in import begin, finish
from federation.db import db
from federation.errors import Invalid, SignInRefused, SignInThrottled
from federation.people.own_data import own_data
from federation.people.own_hours import own_hours
from federation.sso.consents import given, withdraw

blueprint = Blueprint("account", __name__, url_prefix="/account")

_SECONDS_PER_MINUTE = 60
_MOST_EVENTS = 30


class PasswordForm(fields.NewPasswordForm):
    """The password, and the one to have instead."""

    current = PasswordField(
        lazy_gettext("Password until now"), [InputRequired(lazy_gettext("Enter your password.")), Length(max=200)]
    )


@blueprint.get("/")
def show() -> str:
    """Who one is here, how one signs in, and where one is signed in."""
    account, session, settings = here().account, db.session(), browser.settings()
    return render_template(
        "people/account.html",
        hours=own_hours(session, account),
        contacts=[(contact, reached_by(contact, settings)) for contact in contacts_of(session, account)],
        passkeys=passkeys_of(session, account),
        codes_left=recovery_codes_left(session, account),
        consents=given(session, account),
        sessions=sessions.open_sessions(session, account, at=browser.now()),
        this=here(),
        idle_minutes=int(IDLE_LIMIT.total_seconds()) // _SECONDS_PER_MINUTE,
        most_minutes=int(ABSOLUTE_LIMIT.total_seconds()) // _SECONDS_PER_MINUTE,
    )


@blueprint.get("/hours")
def hours() -> str:
    """What one has done in all districts."""
    return render_template("people/hours.html", hours=own_hours(db.session(), here().account))


@blueprint.get("/security")
def security() -> str:
    """What has happened to the account of late."""
    session, account = db.session(), here().account
    names = {consent.client_id: consent.client.name for consent in given(session, account)}
    return render_template("people/security.html", events=events_of(session, account, limit=_MOST_EVENTS), names=names)


@blueprint.post("/data")
def data() -> Response:
    """Everything that the hub holds of one, as a file."""
    account, at = here().account, browser.now()
    body = own_data(db.session(), account, settings=browser.settings(), at=at)
    note(db.session(), SecurityEventKind.DATA_DOWNLOADED, account=account, actor=account, at=at, **browser.visit().told)
    db.session.commit()
    answer = Response(json.dumps(body, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename="banyan.json")
    return answer


@blueprint.post("/districts/<client_id>/withdraw")
def withdraw_consent(client_id: str) -> BaseResponse:
    """A district learns nothing more of one, and signs one out."""
    withdraw(call(), here().account, client_id)
    db.session.commit()
    flash(gettext("It learns nothing more of you from here. What it knows already stays with it."), "success")
    return _back()


@blueprint.post("/sessions/<uuid:session_id>/end")
def end_session(session_id: uuid.UUID) -> BaseResponse:
    """Ends one session."""
    if session_id != here().id:
        account, at = here().account, browser.now()
        sessions.end_session(db.session(), account, session_id, at=at)
        note(db.session(), SecurityEventKind.SESSION_ENDED, account=account, actor=account, at=at, **browser.visit().told)
        db.session.commit()
        flash(gettext("The session has ended."), "success")
    return _back()


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> BaseResponse:
    """Ends every session but this one."""
    account, at = here().account, browser.now()
    sessions.end_sessions(db.session(), account, at=at, but=here())
    note(db.session(), SecurityEventKind.SESSION_ENDED, account=account, actor=account, at=at, **browser.visit().told)
    db.session.commit()
    flash(gettext("You are signed in nowhere else any more."), "success")
    return _back()


@blueprint.get("/password")
def password() -> str:
    """The form for another password."""
    return _password_page(PasswordForm())


@blueprint.post("/password")
def submit_password() -> BaseResponse | refusals.Answer:
    """Gives the account another password, if it is its owner who asks: somebody may have left the place for a moment."""
    form = PasswordForm()
    if not form.validate():
        return _password_page(form), 422
    session, visit, settings, at = db.session(), browser.visit(), browser.settings(), browser.now()
    username = here().account.username
    try:
        attempt = begin(session, username, visit=visit, settings=settings, at=at)
        session.rollback()  # what follows takes a while
        checked, password_hash = attempt.check(form.current.data), new_hash(form.password.data, about=(username,))
        account = finish(session, attempt, checked)
    except SignInRefused as refusal:
        session.commit()
        form.current.errors = [gettext("This is not your password.")]
        return refusals.answer(_password_page(form), refusal)
    except (SignInThrottled, Invalid) as refusal:
        refusals.into(form, refusal)
        return refusals.answer(_password_page(form), refusal)
    change_password(session, account, password_hash, here=here(), at=at, visit=visit)
    words = gettext("The password of your account was changed.")
    tell(session, addresses_of(session, account, settings=settings), notice(words), settings=settings, at=at)
    session.commit()
    flash(gettext("Your password is changed. You are signed in nowhere else any more."), "success")
    return _back()


def _back() -> BaseResponse:
    return redirect(url_for("people.account.show"), code=303)


def _password_page(form: PasswordForm) -> str:
    return render_template("people/password.html", form=form, begun=here())
