"""How is a district's standing said in words?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext, ngettext

from admin.writing import number
from federation.directory.standing import Standing
from sync.beacon import Verdict

# Twenty beacons at their usual interval: no short interruption lasts as long.
SILENCE = timedelta(minutes=10)


class Kind(StrEnum):
    """How a state is to be taken; each has its icon and colour."""

    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True)
class Said:
    """A standing in words."""

    word: str
    kind: Kind


def say(standing: Standing, *, at: datetime) -> Said:
    """What there is to say first about `standing` at the moment `at`."""
    if standing.verdict == Verdict.FORK:
        return Said(gettext("Two histories"), Kind.BAD)
    if standing.heard_at is None:
        return Said(gettext("Not heard yet"), Kind.PLAIN)
    if standing.parked:
        return Said(
            ngettext("%(number)s record held", "%(number)s records held", standing.parked, number=number(standing.parked)),
            Kind.BAD,
        )
    if standing.behind:
        return Said(
            ngettext("%(number)s event behind", "%(number)s events behind", standing.behind, number=number(standing.behind)),
            Kind.WAITING,
        )
    if at - standing.heard_at > SILENCE:
        return Said(gettext("Silent"), Kind.WAITING)
    return Said(gettext("Equal"), Kind.GOOD) if standing.equal else Said(gettext("Not heard yet"), Kind.PLAIN)
