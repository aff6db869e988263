"""How is said what happened to the accounts of a district?"""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext

from admin.security_log import event_detail
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
}


def register(app: Flask) -> None:
    """Gives templates a filter for what happened, and one for what else is known of it."""
    app.jinja_env.filters.update(security_event=lambda kind: str(KINDS[kind]), event_detail=event_detail)
