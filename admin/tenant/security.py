"""What has happened in this district that whoever watches over its accounts has to see?"""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import Length, Optional

from admin.exporting import csv_file
from admin.security_log import AT_ONCE, MOST_EXPORTED, PeriodForm, choice, event_detail, log_page, passed_over
from admin.tenant import desk
from admin.tenant.grave import grave
from admin.tenant.security_wording import KINDS
from tenants.db import db
from tenants.organizations.arranging import root
from tenants.sso.models import LONGEST_ADDRESS, LONGEST_SUBJECT, SecurityEventKind
from tenants.sso.reading_events import Filter, find_events
from tenants.staff.permissions import Permission, require

_PAGE = "tenant/security.html"

blueprint = Blueprint("security", __name__, url_prefix="/security")


class FilterForm(PeriodForm):
    """Which events are wanted."""

    kind = choice(lazy_gettext("What"), KINDS)
    who = StringField(lazy_gettext("Username, or the city’s name of somebody"), [Optional(), Length(max=LONGEST_SUBJECT)])
    address = StringField(lazy_gettext("Address"), [Optional(), Length(max=LONGEST_ADDRESS)])

    def filter(self) -> Filter:
        """The same as the domain knows it."""
        return Filter(
            kind=SecurityEventKind(self.kind.data) if self.kind.data else None,
            who=self.who.data or None,
            address=self.address.data or None,
            **self.period(desk.settings().time_zone),
        )


@blueprint.before_request
def require_administrator() -> None:
    """Lets nobody else in: the log is of the whole district."""
    require(db.session(), desk.staff(), Permission.WATCH, root(db.session()).id)


@blueprint.get("/")
@grave()
def show() -> str | tuple[str, int]:
    """The newest events, a page at a time."""
    form = FilterForm(request.args)
    if not form.validate():
        return log_page(_PAGE, form, []), 422
    return log_page(_PAGE, form, find_events(db.session(), form.filter(), limit=AT_ONCE + 1, offset=passed_over()))


@blueprint.get("/events.csv")
@grave(".show", press=lazy_gettext("As a file"))
def export() -> Response | tuple[str, int]:
    """The same as a file."""
    form = FilterForm(request.args)
    if not form.validate():
        return log_page(_PAGE, form, []), 422
    headings = ("at", "kind", "account", "city", "address", "detail")
    found = find_events(db.session(), form.filter(), limit=MOST_EXPORTED)
    rows = (
        (event.at, event.kind.value, username, event.subject, event.address, event_detail(event.detail))
        for event, username in found
    )
    answer = csv_file("security-events", headings, rows)
    desk.note_export("security_events", rows=len(found))
    db.session.commit()
    return answer
