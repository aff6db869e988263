"""What has happened at the hub that somebody who watches over it has to see?"""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from admin.exporting import csv_file
from admin.hub.stewards import desk
from admin.hub.stewards.security_wording import KINDS, OUTCOMES, detail
from admin.queries import QueryForm
from federation.accounts.models import Outcome, SecurityEventKind
from federation.accounts.reading_events import EventShown, Filter, find_events
from federation.db import db

blueprint = Blueprint("security", __name__, url_prefix="/security")
blueprint.before_request(desk.require_reviewer)

_AT_ONCE = 50
_MOST_EXPORTED = 50_000
_EVERYTHING = SelectChoice("", lazy_gettext("everything"))


class FilterForm(QueryForm):
    """Which events are wanted."""

    kind = SelectField(
        lazy_gettext("What"),
        choices=[_EVERYTHING, *(SelectChoice(kind.value, words) for kind, words in KINDS.items())],
        default="",
    )
    outcome = SelectField(
        lazy_gettext("Outcome"),
        choices=[_EVERYTHING, *(SelectChoice(outcome.value, words) for outcome, words in OUTCOMES.items())],
        default="",
    )
    username = StringField(lazy_gettext("Username"), [Optional(), Length(max=40)])
    address = StringField(lazy_gettext("Address"), [Optional(), Length(max=45)])
    client = StringField(lazy_gettext("Client"), [Optional(), Length(max=80)])
    since = DateField(lazy_gettext("From"), [Optional()])
    until = DateField(lazy_gettext("To"), [Optional()])

    def filter(self) -> Filter:
        """The same as the domain knows it; both days count whole."""
        return Filter(
            kind=SecurityEventKind(self.kind.data) if self.kind.data else None,
            outcome=Outcome(self.outcome.data) if self.outcome.data else None,
            username=self.username.data or None,
            address=self.address.data or None,
            client=self.client.data or None,
            since=_midnight(self.since.data),
            until=_midnight(self.until.data + timedelta(days=1)) if self.until.data else None,
        )


@blueprint.get("/")
def show() -> str | tuple[str, int]:
    """The newest events, a page at a time."""
    form, after = FilterForm(request.args), max(0, request.args.get("after", 0, type=int))
    if not form.validate():
        return _page(form, [], after=0), 422
    return _page(form, find_events(db.session(), form.filter(), limit=_AT_ONCE + 1, offset=after), after=after)


@blueprint.get("/events.csv")
def export() -> Response | tuple[str, int]:
    """The same as a file."""
    form = FilterForm(request.args)
    if not form.validate():
        return _page(form, [], after=0), 422
    headings = ("at", "kind", "outcome", "account", "actor", "client", "address", "browser", "detail")
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
            detail(event.detail),
        )
        for event, actor, account in find_events(db.session(), form.filter(), limit=_MOST_EXPORTED)
    )
    return csv_file("security-events", headings, rows)


def _page(form: FilterForm, found: list[EventShown], *, after: int) -> str:
    filled: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "after"}
    before, behind = max(0, after - _AT_ONCE), after + _AT_ONCE
    return render_template(
        "hub/stewards/security.html",
        form=form,
        events=found[:_AT_ONCE],
        export=url_for(".export", **filled),
        before=url_for(".show", **filled, after=before) if after else None,
        behind=url_for(".show", **filled, after=behind) if len(found) > _AT_ONCE else None,
        where=gettext("%(first)s to %(last)s", first=after + 1, last=after + len(found[:_AT_ONCE])) if found else "",
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, desk.settings().time_zone) if day else None
