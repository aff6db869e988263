"""How is said what happened to an account, or at the hub?"""

from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext

from admin.hub.stewards.wording import ROLES
from admin.security_log import Detail, each_of, in_words, one_of
from admin.writing import number
from federation.accounts.models import DistrictDuty, Method, Outcome, SecurityEventKind

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
    SecurityEventKind.DATA_EXPORTED: lazy_gettext("Data of others taken along"),
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

_METHODS: dict[str, Any] = {
    Method.PASSWORD: lazy_gettext("password"),
    Method.ONE_TIME_PASSWORD: lazy_gettext("code of an app"),
    Method.KEY: lazy_gettext("passkey"),
    Method.PRESENCE: lazy_gettext("confirmed at the device"),
    Method.SEVERAL_FACTORS: lazy_gettext("two factors"),
    "recovery_code": lazy_gettext("recovery code"),
    "document": lazy_gettext("document"),
}

_DUTIES: dict[str, Any] = {
    DistrictDuty.ADMINISTRATOR: lazy_gettext("Administrator"),
    DistrictDuty.COORDINATOR: lazy_gettext("Coordinator"),
    DistrictDuty.RECORDER: lazy_gettext("Recorder"),
    DistrictDuty.VIEWER: lazy_gettext("Viewer"),
}

_WHAT: dict[str, Any] = {
    "all": lazy_gettext("everything"),
    "app": lazy_gettext("app for codes"),
    "passkey": lazy_gettext("passkey"),
}

_FILES: dict[str, Any] = {"security_events": lazy_gettext("this log")}

_REASONS: dict[str, Any] = {
    "a secret belongs in the Authorization header": lazy_gettext("a secret belongs in the Authorization header"),
    "show one proof, not two": lazy_gettext("show one proof, not two"),
    "the proof cannot be read": lazy_gettext("the proof cannot be read"),
    "the client has no keys": lazy_gettext("the client has no keys"),
    "the assertion does not hold": lazy_gettext("the assertion does not hold"),
    "the assertion needs one audience and an end": lazy_gettext("the assertion needs one audience and an end"),
    "The client does not exist on this server.": lazy_gettext("there is no such client"),
    "JWT ID is used before.": lazy_gettext("the assertion was shown before"),
    "its name leads nowhere": lazy_gettext("its name leads nowhere"),
    "it leads into a network that BANYAN_CLIENT_NETWORKS does not name": lazy_gettext(
        "it leads into a network that BANYAN_CLIENT_NETWORKS does not name"
    ),
    "ConnectError": lazy_gettext("there is no connection to it"),
    "ConnectTimeout": lazy_gettext("there is no connection to it"),
    "ReadTimeout": lazy_gettext("it answered too late"),
}
"""Why a client was refused or not reached, as the log has it; of others it is what the protocol or a library calls it."""


def _reason(value: str) -> str:
    before, _, status = value.partition("answered ")
    return gettext("answered %(status)s", status=status) if status and not before else str(_REASONS.get(value, value))


_TOLD: dict[Any, Any] = {
    **dict.fromkeys(("true", True), lazy_gettext("yes")),
    **dict.fromkeys(("false", False), lazy_gettext("no")),
}

_DETAILS = {
    "said": Detail(lazy_gettext("Called itself"), str),
    "reason": Detail(lazy_gettext("Reason"), _reason),
    "role": Detail(lazy_gettext("Role"), one_of({**ROLES, **_DUTIES})),
    "district": Detail(lazy_gettext("District"), str),
    "what": Detail(lazy_gettext("What of it"), one_of(_WHAT)),
    "methods": Detail(lazy_gettext("Shown"), each_of(_METHODS)),
    "asked": Detail(lazy_gettext("Was asked"), one_of(_TOLD)),
    "found": Detail(lazy_gettext("Was found"), one_of(_TOLD)),
    "sessions": Detail(lazy_gettext("Sessions"), number),
    "file": Detail(lazy_gettext("File"), one_of(_FILES)),
    "rows": Detail(lazy_gettext("Rows"), number),
    "by": Detail(lazy_gettext("By"), str),
}
"""What may be known of events beside the columns that each has."""


def register(app: Flask) -> None:
    """Gives templates a filter for each kind of word."""
    app.jinja_env.filters.update(
        security_event=lambda kind: str(KINDS[kind]),
        outcome=lambda outcome: str(OUTCOMES[outcome]),
        event_details=lambda said: in_words(said, _DETAILS),
    )
