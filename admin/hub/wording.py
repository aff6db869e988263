"""How is a district's standing said in words?"""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext, ngettext

from admin.writing import number
from federation.directory.standing import Standing, StandingState


class Kind(StrEnum):
    """How a state is to be taken; each has its icon and colour."""

    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    PLAIN = "plain"


_KINDS = {
    StandingState.FORKED: Kind.BAD,
    StandingState.PARKED: Kind.BAD,
    StandingState.DIFFERS: Kind.BAD,
    StandingState.RECOVERING: Kind.WAITING,
    StandingState.SILENT: Kind.WAITING,
    StandingState.BEHIND: Kind.WAITING,
    StandingState.UNHEARD: Kind.PLAIN,
    StandingState.EQUAL: Kind.GOOD,
    StandingState.SUSPENDED: Kind.PLAIN,
    StandingState.LEFT: Kind.PLAIN,
}

_WORDS = {
    StandingState.FORKED: lazy_gettext("Two histories"),
    StandingState.DIFFERS: lazy_gettext("Records differ"),
    StandingState.RECOVERING: lazy_gettext("Recovering"),
    StandingState.SILENT: lazy_gettext("Silent"),
    StandingState.UNHEARD: lazy_gettext("Not heard yet"),
    StandingState.EQUAL: lazy_gettext("Equal"),
    StandingState.SUSPENDED: lazy_gettext("Suspended"),
    StandingState.LEFT: lazy_gettext("Has left"),
}


@dataclass(frozen=True)
class Said:
    """A standing in words."""

    word: str
    kind: Kind


def say(standing: Standing) -> Said:
    """What there is to say first about `standing`."""
    return Said(_word(standing), _KINDS[standing.state])


def _word(standing: Standing) -> str:
    match standing.state:
        case StandingState.PARKED:
            held = standing.parked
            return str(ngettext("%(number)s record held", "%(number)s records held", held, number=number(held)))
        case StandingState.BEHIND:
            missing = standing.behind
            return str(ngettext("%(number)s event behind", "%(number)s events behind", missing, number=number(missing)))
        case state:
            return str(_WORDS[state])
