"""How is what stands in the streams said in words?"""

from flask import Flask
from flask_babel import gettext, lazy_gettext, ngettext

from admin.writing import number
from sync.mailbox.recovery import Fetching, Locating, Step
from sync.messages.beacon import Verdict

_VERDICTS = {
    Verdict.APPLIED: lazy_gettext("everything so far was taken"),
    Verdict.GAP: lazy_gettext("something is missing before it"),
    Verdict.FORK: lazy_gettext("it tells another history"),
    Verdict.STALE: lazy_gettext("it is of an epoch that is over"),
    Verdict.DIFFERS: lazy_gettext("everything was taken, and yet the records differ"),
    Verdict.COMPARE: lazy_gettext("the records are to be compared"),
}

_KINDS = {
    "hours": lazy_gettext("Hour entries"),
    "registration": lazy_gettext("Registrations"),
    "organization": lazy_gettext("Organizations"),
    "volunteer_id": lazy_gettext("Volunteer IDs"),
    "membership": lazy_gettext("Membership"),
}


def register(app: Flask) -> None:
    """Gives templates a filter for a reader's word, for a kind of record and for a step of recovery."""
    app.jinja_env.filters.update(verdict=verdict, kind=kind, step=step)


def verdict(value: str | None) -> str:
    """What a reader said last."""
    return str(_VERDICTS[Verdict(value)] if value else gettext("nothing yet"))


def kind(name: str) -> str:
    """Records of one kind; of a kind that is not known here its name."""
    return str(_KINDS.get(name, name))


def step(value: Step) -> str:
    """How far a recovery is."""
    if isinstance(value, Locating):
        return str(gettext("The place is being looked for up to which both sides tell the same history."))
    if isinstance(value, Fetching):
        return str(
            gettext(
                "What was lost here is being given back, up to event %(number)s of epoch %(epoch)s so far.",
                number=number(value.after),
                epoch=number(value.epoch),
            )
        )
    if value.buckets is None:
        return str(gettext("The records of both sides are about to be compared."))
    left = len(value.buckets)
    return str(
        ngettext(
            "The records of both sides are being compared: %(number)s part of 256 still differs.",
            "The records of both sides are being compared: %(number)s parts of 256 still differ.",
            left,
            number=number(left),
        )
    )
