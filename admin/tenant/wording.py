"""How are a district's states, acts and numbers said?"""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Flask
from flask_babel import get_locale, gettext, lazy_gettext

from admin.writing import moment
from tenants.hours.models import HourAct, HourEntry, HourEntryVersion, HourState
from tenants.imports.forms.profiles import Kind
from tenants.imports.recorders import importer
from tenants.imports.runs.models import JobState
from tenants.questions.models import Answer, QuestionState, Topic
from tenants.registrations.models import RegistrationCorrection
from tenants.settings import Settings

STATES = {
    HourState.DRAFT: (lazy_gettext("Draft"), "plain"),
    HourState.SUBMITTED: (lazy_gettext("Waiting"), "waiting"),
    HourState.CERTIFIED: (lazy_gettext("Certified"), "good"),
    HourState.REFUSED: (lazy_gettext("Refused"), "bad"),
    HourState.REVOKED: (lazy_gettext("Revoked"), "bad"),
}
"""Each state of an hour entry in a word, and how it is to be taken."""

JOB_STATES = {
    JobState.RUNNING: (lazy_gettext("Not finished"), "waiting"),
    JobState.DONE: (lazy_gettext("Imported"), "good"),
    JobState.REFUSED: (lazy_gettext("Refused as a whole"), "bad"),
}
"""Each state of an import in words, and how it is to be taken."""

_ACTS = {
    HourAct.DRAFTED: lazy_gettext("Recorded"),
    HourAct.SUBMITTED: lazy_gettext("Submitted"),
    HourAct.CERTIFIED: lazy_gettext("Certified"),
    HourAct.REFUSED: lazy_gettext("Refused"),
    HourAct.CORRECTED: lazy_gettext("Corrected"),
    HourAct.REVOKED: lazy_gettext("Revoked"),
    HourAct.UNDONE: lazy_gettext("Certification undone"),
    HourAct.AMENDED: lazy_gettext("Changed in the register"),
}

QUESTIONS = {
    Topic.DOCUMENT: lazy_gettext("Does the registration say what the person’s document says?"),
    Topic.PERSON: lazy_gettext("Is this person registered in another district as well?"),
}
"""What the city asks, by topic."""

ANSWERS = {
    Answer.CONFIRMED: lazy_gettext("I have seen the document: everything is right."),
    Answer.CORRECTED: lazy_gettext("I have seen the document and put the registration right."),
    Answer.NOT_THEIRS: lazy_gettext("The number in the registration is somebody else’s."),
    Answer.ELSEWHERE: lazy_gettext("The person says: in another district as well."),
    Answer.ONLY_HERE: lazy_gettext("The person says: only here."),
    Answer.UNKNOWN: lazy_gettext("It cannot be found out."),
}
"""Each answer to the city, as a coordinator gives it."""

QUESTION_STATES = {
    QuestionState.OPEN: (lazy_gettext("Answered"), "good"),
    QuestionState.WITHDRAWN: (lazy_gettext("No longer asked"), "plain"),
    QuestionState.USED: (lazy_gettext("Decided by this answer"), "good"),
}
"""What became of a question that does not wait."""

_REGISTRATION_FIELDS = {
    "name": lazy_gettext("Name"),
    "gender": lazy_gettext("Gender"),
    "birth_date": lazy_gettext("Born"),
    "phone": lazy_gettext("Telephone"),
    "document_kind": lazy_gettext("Document"),
    "document_number": lazy_gettext("Number of the document"),
}

_VALUES = {
    **{state.value: word for state, (word, _) in STATES.items()},
    Kind.VOLUNTEERS.value: lazy_gettext("volunteers"),
    Kind.HOURS.value: lazy_gettext("hours"),
}


def register(app: Flask) -> None:
    """Gives templates the words: `STATES`, `JOB_STATES`, `QUESTION_STATES`, and a filter for each of the rest."""
    app.jinja_env.globals.update(STATES=STATES, JOB_STATES=JOB_STATES, QUESTION_STATES=QUESTION_STATES)
    settings: Settings = app.config["SETTINGS"]
    app.jinja_env.filters.update(
        shift=shift_in(settings.time_zone),
        service=service,
        recorder=recorder,
        act=_from(_ACTS),
        asked=_from(QUESTIONS),
        answer=_from(ANSWERS),
        corrected=corrected,
    )


def sentence(message: str, values: Mapping[str, object]) -> str:
    """A refusal's or a finding's message with its values, in the reader's language."""
    return str(gettext(message, **{name: str(_VALUES.get(str(value), value)) for name, value in values.items()}))


def shift_in(time_zone: ZoneInfo) -> Callable[[Any], str]:
    """How a shift is written in `time_zone`: its start, and of its end as much as is not the same."""

    def write(entry: HourEntry | HourEntryVersion) -> str:
        start, end = entry.started_at.astimezone(time_zone), entry.ended_at.astimezone(time_zone)
        same_day = start.date() == end.date()
        last = format_skeleton("Hm", end, locale=get_locale()) if same_day else moment(end, time_zone)
        return f"{moment(start, time_zone)}–{last}"

    return write


def service(version: HourEntryVersion) -> str:
    """What was served and where, in one line."""
    return " · ".join((version.activity, version.field, version.organization.name))


def recorder(name: str) -> str:
    """Who recorded an entry."""
    imported_by = importer(name)
    return name if imported_by is None else str(gettext("import by %(name)s", name=imported_by))


def corrected(correction: RegistrationCorrection) -> str:
    """What of a registration was put right."""
    return ", ".join(str(_REGISTRATION_FIELDS[name]) for name in correction.changed_fields)


def _from(words: dict[Any, Any]) -> Callable[[Any], str]:
    return lambda value: str(words[value])
