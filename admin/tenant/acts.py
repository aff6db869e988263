"""How does a form act on an hour entry as its page showed it?"""

import uuid
from typing import Any

from flask import abort
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from admin.tenant import desk
from tenants.db import db
from tenants.hours.finding import entry_to_change
from tenants.hours.models import HourEntry
from tenants.staff.permissions import Permission


class ActForm(FlaskForm):
    """An act on an entry as it was when the page was shown."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())


def entry_for(entry_id: uuid.UUID, form: ActForm, permission: Permission) -> HourEntry:
    """The entry, locked, in the version that the page showed; raises `StaleVersion` and `NotAllowed`."""
    if form.version.data is None:
        abort(400)
    return entry_to_change(db.session(), entry_id, by=desk.staff(), permission=permission, version=form.version.data)


def actor() -> dict[str, Any]:
    """Who acts, and when."""
    return {"by": desk.staff().username, "at": desk.now()}
