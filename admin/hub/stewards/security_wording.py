"""How is said what happened to an account, or at the hub?"""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext

from admin.security_log import event_detail
from federation.accounts.models import Outcome, SecurityEventKind

KINDS: dict[SecurityEventKind, Any] = {
    SecurityEventKind.SIGNED_IN: lazy_gettext("Signed in"),
    SecurityEventKind.SIGNED_OUT: lazy_gettext("Signed out"),
    SecurityEventKind.THROTTLED: lazy_gettext("Too many attempts"),
    SecurityEventKind.SIGNED_UP: lazy_gettext("Account opened"),
    SecurityEventKind.LOOKED_UP: lazy_gettext("Registration looked up by document"),
    SecurityEventKind.CLAIMED: lazy_gettext("Volunteer ID claimed"),
    SecurityEventKind.PASSWORD_CHANGED: lazy_gettext("Password changed"),
    SecurityEventKind.RECOVERY_BEGAN: lazy_gettext("New password asked for"),
    SecurityEventKind.RECOVERED: lazy_gettext("New password after a code"),
    SecurityEventKind.FACTOR_ADDED: lazy_gettext("Second factor or passkey added"),
    SecurityEventKind.FACTOR_REMOVED: lazy_gettext("Second factor or passkey removed"),
    SecurityEventKind.RECOVERY_CODES_MADE: lazy_gettext("Recovery codes made"),
    SecurityEventKind.RECOVERY_CODE_USED: lazy_gettext("Recovery code used"),
    SecurityEventKind.CONTACT_ADDED: lazy_gettext("Number or address added"),
    SecurityEventKind.CONTACT_REMOVED: lazy_gettext("Number or address removed"),
    SecurityEventKind.SESSION_ENDED: lazy_gettext("Session ended from elsewhere"),
    SecurityEventKind.DATA_DOWNLOADED: lazy_gettext("Own data downloaded"),
    SecurityEventKind.ACCOUNT_DISABLED: lazy_gettext("Account disabled"),
    SecurityEventKind.ACCOUNT_ENABLED: lazy_gettext("Account opened again"),
    SecurityEventKind.ROLE_GIVEN: lazy_gettext("Role given"),
    SecurityEventKind.ROLE_TAKEN: lazy_gettext("Role taken away"),
    SecurityEventKind.CONSENTED: lazy_gettext("Agreed that a district is told"),
    SecurityEventKind.CONSENT_WITHDRAWN: lazy_gettext("Agreement withdrawn"),
    SecurityEventKind.DISTRICT_ENTERED: lazy_gettext("Signed in at a district"),
    SecurityEventKind.CLIENT_REFUSED: lazy_gettext("A district’s program was refused"),
    SecurityEventKind.CODE_REPLAYED: lazy_gettext("A district’s code came twice"),
    SecurityEventKind.TOKEN_REUSED: lazy_gettext("A token that had been replaced was used"),
    SecurityEventKind.LOGOUT_SENT: lazy_gettext("A district was told of a sign-out"),
    SecurityEventKind.LOGOUT_FAILED: lazy_gettext("A district could not be told of a sign-out"),
}

OUTCOMES: dict[Outcome, Any] = {Outcome.DONE: lazy_gettext("done"), Outcome.REFUSED: lazy_gettext("refused")}


def register(app: Flask) -> None:
    """Gives templates a filter for each kind of word."""
    app.jinja_env.filters.update(
        security_event=lambda kind: str(KINDS[kind]), outcome=lambda outcome: str(OUTCOMES[outcome]), event_detail=event_detail
    )
