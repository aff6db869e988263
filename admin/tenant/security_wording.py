"""How is said what happened to the accounts of a district?"""

from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext

from admin.security_log import Detail, in_words, one_of
from admin.writing import number
from tenants.sso.models import SecurityEventKind

KINDS: dict[SecurityEventKind, Any] = {
    SecurityEventKind.SIGNED_IN: lazy_gettext("Signed in by the city’s word"),
    SecurityEventKind.SIGNED_IN_LOCALLY: lazy_gettext("Signed in with a password of the district"),
    SecurityEventKind.REFUSED_LOCALLY: lazy_gettext("A password of the district was wrong"),
    SecurityEventKind.SIGNED_OUT: lazy_gettext("Signed out"),
    SecurityEventKind.SIGNED_OUT_BY_HUB: lazy_gettext("Signed out by the city’s word"),
    SecurityEventKind.ANSWER_REFUSED: lazy_gettext("An answer of the city’s was refused"),
    SecurityEventKind.ACCOUNT_LINKED: lazy_gettext("Account linked to a city ID"),
    SecurityEventKind.REGISTRATION_OPENED: lazy_gettext("Registration opened by its person"),
    SecurityEventKind.SLIP_PRINTED: lazy_gettext("Slip printed to claim an ID"),
    SecurityEventKind.DATA_EXPORTED: lazy_gettext("Data of others taken along"),
}

_FILES: dict[str, Any] = {
    "security_events": lazy_gettext("this log"),
    "refused_rows": lazy_gettext("refused rows of a register"),
    "import_report": lazy_gettext("report of an import"),
}

_DETAILS = {
    # What was wrong is kept in the words of `tenants.sso.flaws`, or as a code of the protocol, which has no other word.
    "what": Detail(lazy_gettext("Reason"), gettext),
    "registration": Detail(lazy_gettext("Registration"), str),
    "sessions": Detail(lazy_gettext("Sessions"), number),
    "file": Detail(lazy_gettext("File"), one_of(_FILES)),
    "job": Detail(lazy_gettext("Import"), str),
    "rows": Detail(lazy_gettext("Rows"), number),
}
"""What may be known of events beside the columns that each has."""


def register(app: Flask) -> None:
    """Gives templates a filter for what happened, and one for what else is known of it."""
    app.jinja_env.filters.update(
        security_event=lambda kind: str(KINDS[kind]), event_details=lambda said: in_words(said, _DETAILS)
    )
