"""How does somebody state in a form what was served, and when?"""

import uuid
from collections.abc import Collection

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from admin.tenant import desk
from admin.tenant.acts import ActForm
from admin.tenant.moments import LocalMoment
from tenants.db import db
from tenants.hours.models import MAX_ACTIVITY_LENGTH, MAX_FIELD_LENGTH, HourEntry, Service
from tenants.hours.recording import stated_service, stated_shift
from tenants.hours.rules import MINUTES_PER_DAY, Shift
from tenants.organizations.finding import tree_of

# Of so many entries what was done is offered again.
LATEST_ENTRIES = 200


class ServiceForm(ActForm):
    """What was served, where and when. Its choice of organizations has to be offered before it is used."""

    organization = SelectField(lazy_gettext("Organization"), [InputRequired(lazy_gettext("Choose where it was served."))])
    activity = StringField(
        lazy_gettext("Activity"), [InputRequired(lazy_gettext("Say what was done.")), Length(max=MAX_ACTIVITY_LENGTH)]
    )
    field = StringField(
        lazy_gettext("Field"),
        [InputRequired(lazy_gettext("Say in which field it was served.")), Length(max=MAX_FIELD_LENGTH)],
    )
    started_at = LocalMoment(lazy_gettext("Start"), [InputRequired(lazy_gettext("Enter when the shift began."))])
    ended_at = LocalMoment(lazy_gettext("End"), [InputRequired(lazy_gettext("Enter when the shift ended."))])
    minutes = IntegerField(lazy_gettext("Minutes"), [Optional(), NumberRange(1, MINUTES_PER_DAY)])

    def offer(self, organizations: Collection[uuid.UUID]) -> None:
        """Lets one of `organizations` be chosen; the only one is chosen already."""
        self.organization.choices = organization_choices(organizations)
        if len(organizations) > 1:
            self.organization.choices.insert(0, SelectChoice("", gettext("Choose")))

    def service(self) -> Service:
        """What was served; raises `Invalid`."""
        return stated_service(uuid.UUID(self.organization.data), self.activity.data, self.field.data)

    def shift(self) -> Shift:
        """When it was served; raises `Invalid`."""
        return stated_shift(self.started_at.data, self.ended_at.data, self.minutes.data, now=desk.now())


def organization_choices(organizations: Collection[uuid.UUID]) -> list[SelectChoice]:
    """`organizations` as the tree in which they stand."""
    return [
        SelectChoice(str(place.organization.id), "　" * place.depth + place.organization.name)
        for place in tree_of(db.session(), organizations)
    ]


def as_stated(entry: HourEntry) -> dict[str, object]:
    """An entry as `ServiceForm` shows it."""
    return {
        "organization": str(entry.organization_id),
        "activity": entry.activity,
        "field": entry.field,
        "started_at": entry.started_at,
        "ended_at": entry.ended_at,
        "minutes": entry.raw_minutes,
    }
