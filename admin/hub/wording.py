"""How is a district's standing said in words?"""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext, ngettext

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
    StandingState.UNHEARD: Kind.PLAIN,
    StandingState.PARKED: Kind.BAD,
    StandingState.SILENT: Kind.WAITING,
    StandingState.BEHIND: Kind.WAITING,
    StandingState.EQUAL: Kind.GOOD,
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
        case StandingState.FORKED:
            return str(gettext("Two histories"))
        case StandingState.UNHEARD:
            return str(gettext("Not heard yet"))
        case StandingState.PARKED:
            held = standing.parked
            return str(ngettext("%(number)s record held", "%(number)s records held", held, number=number(held)))
        case StandingState.SILENT:
            return str(gettext("Silent"))
        case StandingState.BEHIND:
            missing = standing.behind
            return str(ngettext("%(number)s event behind", "%(number)s events behind", missing, number=number(missing)))
        case StandingState.EQUAL:
            return str(gettext("Equal"))
