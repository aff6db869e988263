"""What has happened at the hub that somebody who watches over it has to see?"""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import Length, Optional

from admin.exporting import csv_file
from admin.hub.stewards import desk
from admin.hub.stewards.security_wording import KINDS, OUTCOMES
from admin.security_log import AT_ONCE, MOST_EXPORTED, PeriodForm, choice, event_detail, log_page, passed_over
from federation.accounts.models import Outcome, SecurityEventKind
from federation.accounts.reading_events import Filter, find_events
from federation.db import db

blueprint = Blueprint("security", __name__, url_prefix="/security")
blueprint.before_request(desk.require_reviewer)

_PAGE = "hub/stewards/security.html"


class FilterForm(PeriodForm):
    """Which events are wanted."""

    kind = choice(lazy_gettext("What"), KINDS)
    outcome = choice(lazy_gettext("Outcome"), OUTCOMES)
    username = StringField(lazy_gettext("Username"), [Optional(), Length(max=40)])
    address = StringField(lazy_gettext("Address"), [Optional(), Length(max=45)])
    client = StringField(lazy_gettext("Client"), [Optional(), Length(max=80)])

    def filter(self) -> Filter:
        """The same as the domain knows it."""
        return Filter(
            kind=SecurityEventKind(self.kind.data) if self.kind.data else None,
            outcome=Outcome(self.outcome.data) if self.outcome.data else None,
            username=self.username.data or None,
            address=self.address.data or None,
            client=self.client.data or None,
            **self.period(desk.settings().time_zone),
        )


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """The newest events, a page at a time."""
    form = FilterForm(request.args)
    if not form.validate():
        return log_page(_PAGE, form, []), 422
    return log_page(_PAGE, form, find_events(db.session(), form.filter(), limit=AT_ONCE + 1, offset=passed_over()))


@blueprint.get("/events.csv")
def export() -> Response | tuple[str, int]:
    """The same as a file."""
    form = FilterForm(request.args)
    if not form.validate():
        return log_page(_PAGE, form, []), 422
    headings = ("at", "kind", "outcome", "account", "actor", "client", "address", "browser", "detail")
    found = find_events(db.session(), form.filter(), limit=MOST_EXPORTED)
    rows = (
        (
            event.at,
            event.kind.value,
            event.outcome.value,
            account,
            actor,
            event.client,
            event.address,
            event.user_agent,
            event_detail(event.detail),
        )
        for event, actor, account in found
    )
    answer = csv_file("security-events", headings, rows)
    desk.note_export("security_events", rows=len(found))
    db.session.commit()
    return answer
