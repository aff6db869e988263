"""Who is of the hub's staff?"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from admin.hub.stewards import desk, refusals
from admin.hub.stewards.previews import LONGEST_REASON
from admin.hub.stewards.wording import ROLES
from federation.accounts.appointing import appoint_steward, is_last_lead, withdraw_steward
from federation.accounts.finding import account_called, steward_named, stewards
from federation.accounts.models import Account, Role
from federation.accounts.naming import name_of
from federation.accounts.permissions import Permission, require
from federation.db import db
from federation.errors import Invalid, StateForbids

_LAST_CHANGE = "last_staff_change"
_REASON = [DataRequired(lazy_gettext("Say why; it stays in the log.")), Length(max=LONGEST_REASON)]

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.before_request
def require_lead() -> Response | None:
    """Refuses everybody but leads; these have to have proven lately who they are."""
    require(desk.account(), Permission.APPOINT)
    return desk.require_recent()


class RoleForm(FlaskForm):
    """What one of the staff does from now on."""

    role = SelectField(lazy_gettext("Role"), choices=[SelectChoice(role.value, ROLES[role]) for role in Role])
    reason = TextAreaField(lazy_gettext("Reason, without names"), _REASON)


class AppointmentForm(RoleForm):
    """Whose account becomes one of the staff."""

    username = StringField(
        lazy_gettext("Username or volunteer ID"), [DataRequired(lazy_gettext("Say whose account.")), Length(max=80)]
    )


class WithdrawalForm(FlaskForm):
    """Why somebody is not of the staff any more."""

    reason = TextAreaField(lazy_gettext("Reason, without names"), _REASON)


@dataclass(frozen=True)
class Change:
    """What was changed last in this browser: the role that an account had, and the one that it has now."""

    username: str
    before: str | None
    now: str | None


@blueprint.get("/")
def show() -> str:
    """Everybody of the staff; somebody else may be appointed."""
    return _list(AppointmentForm(formdata=None))


@blueprint.post("/")
def appoint() -> Response | refusals.Answer:
    """Makes an account that there is one of the staff, or gives it another role: that, too, takes the last change back."""
    form = AppointmentForm()
    if not form.validate():
        return _list(form), 422
    account = account_called(db.session(), form.username.data, desk.settings())
    if account is None:
        form.username.errors = [gettext("There is no account of that name.")]
        return _list(form), 422
    try:
        return _give(account, form)
    except (Invalid, StateForbids) as refusal:
        refusals.put_into(form, refusal)
        return refusals.answer(_list(form), refusal)


@blueprint.get("/<username>")
def look(username: str) -> str:
    """One of the staff, who may get another role."""
    account = steward_named(db.session(), username)
    return _member(account, RoleForm(formdata=None, role=account.role))


@blueprint.post("/<username>")
def change(username: str) -> Response | refusals.Answer:
    """Gives one of the staff another role; whoever is signed in feels it with the next page."""
    account, form = steward_named(db.session(), username), RoleForm()
    if not form.validate():
        return _member(account, form), 422
    try:
        return _give(account, form)
    except (Invalid, StateForbids) as refusal:
        refusals.put_into(form, refusal)
        return refusals.answer(_member(account, form), refusal)


@blueprint.get("/<username>/withdrawal")
def confirm(username: str) -> str:
    """What follows where somebody is not of the staff any more."""
    return _withdrawal(steward_named(db.session(), username), WithdrawalForm(formdata=None))


@blueprint.post("/<username>/withdrawal")
def withdraw(username: str) -> Response | refusals.Answer:
    """Somebody is not of the staff any more; the next page offers to take that back."""
    account, form = steward_named(db.session(), username), WithdrawalForm()
    if not form.validate():
        return _withdrawal(account, form), 422
    before = account.role
    try:
        withdraw_steward(db.session(), account, reason=form.reason.data, **_lead())
    except StateForbids as refusal:
        refusals.put_into(form, refusal)
        return refusals.answer(_withdrawal(account, form), refusal)
    return _done(account, before)


def _give(account: Account, form: RoleForm) -> Response:
    before = account.role
    appoint_steward(db.session(), account, Role(form.role.data), reason=form.reason.data, **_lead())
    return _done(account, before)


def _lead() -> dict[str, Any]:
    """Who says so, when and from where."""
    return {"actor": desk.account(), "visit": desk.visit(), **desk.actor()}


def _done(account: Account, before: Role | None) -> Response:
    username, now = account.username, account.role
    db.session.commit()
    if username == desk.account().username and now is not Role.LEAD:
        # Who is no lead any more does not see the list.
        return redirect(url_for("people.account.show"), code=303)
    session[_LAST_CHANGE] = username, before, now
    return redirect(url_for(".show"), code=303)


def _list(form: AppointmentForm) -> str:
    found = stewards(db.session())
    last = session.pop(_LAST_CHANGE, None)
    return render_template(
        "hub/stewards/staff.html",
        form=form,
        stewards=found,
        names={one.account.username: name_of(one.account, desk.settings()) for one in found},
        change=Change(*last) if last else None,
    )


def _member(account: Account, form: RoleForm) -> str:
    return render_template(
        "hub/stewards/steward.html",
        form=form,
        steward=account,
        name=name_of(account, desk.settings()),
        is_last_lead=is_last_lead(db.session(), account),
    )


def _withdrawal(account: Account, form: WithdrawalForm) -> str:
    name = name_of(account, desk.settings())
    return render_template("hub/stewards/withdrawal.html", form=form, steward=account, name=name)
