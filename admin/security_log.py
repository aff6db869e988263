"""How does somebody who watches over a program look through its security log?

Newest first, a page at a time, narrowed by a form that stands in the address, or all of it as a file.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import DateField, Form, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from admin.queries import QueryForm
from admin.writing import number

AT_ONCE = 50
MOST_EXPORTED = 50_000
# More than anybody turns over, and a number that every database takes.
_FURTHEST = 10_000_000

_EVERYTHING = SelectChoice("", lazy_gettext("everything"))


def _count_as_moment(_form: Form, field: DateField) -> None:
    """Refuses days at the ends of the calendar, which have no midnight in every time zone."""
    if field.data and not MINYEAR < field.data.year < MAXYEAR:
        raise ValidationError(gettext("There is no such day here."))


class PeriodForm(QueryForm):
    """From when to when events are wanted; both days count whole."""

    since = DateField(lazy_gettext("From"), [Optional(), _count_as_moment])
    until = DateField(lazy_gettext("To"), [Optional(), _count_as_moment])

    def period(self, time_zone: ZoneInfo) -> dict[str, datetime | None]:
        """The moments `since` which, and `until` before which, where there are such."""
        last = self.until.data
        return {
            "since": _midnight(self.since.data, time_zone),
            "until": _midnight(last + timedelta(days=1), time_zone) if last else None,
        }

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as it stands in addresses."""
        return {name: field.raw_data[0] for name, field in self._fields.items() if any(field.raw_data or [])}


def choice(label: Any, words: Mapping[Any, Any]) -> SelectField:
    """A field that wants one of those values for which there are `words`, or does not mind."""
    return SelectField(
        label, choices=[_EVERYTHING, *(SelectChoice(value.value, word) for value, word in words.items())], default=""
    )


def passed_over() -> int:
    """How many events are newer than those that the request wants to see."""
    return min(max(0, request.args.get("after", 0, type=int)), _FURTHEST)


def log_page(template: str, form: PeriodForm, found: Sequence[Any]) -> str:
    """The page of those events that were `found`: as many as it shows and, where there is a next page, one more."""
    after, chosen, shown = passed_over(), form.chosen(), found[:AT_ONCE]
    return render_template(
        template,
        form=form,
        events=shown,
        export=url_for(".export", **chosen),
        before=url_for(".show", **chosen, after=max(0, after - AT_ONCE)) if after else None,
        behind=url_for(".show", **chosen, after=after + AT_ONCE) if len(found) > AT_ONCE else None,
        where=gettext("%(first)s to %(last)s", first=number(after + 1), last=number(after + len(shown))) if shown else "",
    )


def event_detail(said: Mapping[str, Any]) -> str:
    """What else is known of an event, as it was written down: a file is the same in every language."""
    return ", ".join(f"{name}: {value}" for name, value in sorted(said.items()))


class Detail(NamedTuple):
    """How something that may be known of events is called, and how what is known is said."""

    name: Any
    say: Callable[[Any], str]


def in_words(said: Mapping[str, Any], details: Mapping[str, Detail]) -> str:
    """What else is known of an event in the reader's language and the order of `details`; what has no word stands as it is."""
    order = [*(name for name in details if name in said), *(name for name in said if name not in details)]
    known = ((details.get(name, Detail(name, str)), said[name]) for name in order)
    return " · ".join(gettext("%(name)s: %(value)s", name=detail.name, value=detail.say(value)) for detail, value in known)


def one_of(words: Mapping[Any, Any]) -> Callable[[Any], str]:
    """Says a value by its word; one that has none is said as it is."""
    return lambda value: str(words.get(value, value))


def each_of(words: Mapping[Any, Any]) -> Callable[[str], str]:
    """Says several values, which stand with spaces between them."""
    say = one_of(words)
    return lambda values: ", ".join(say(value) for value in values.split())


def _midnight(day: date | None, time_zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, time_zone) if day else None
