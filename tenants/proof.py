"""What shows that the hub holds what this district holds, and this district what the hub said?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sync import streams
from sync.mailbox.evidence import Parked, Reading, Refused, Sums, Writing
from tenants.mailbox import evidence
from tenants.standing import Standing, standing


@dataclass(frozen=True)
class Proof:
    """Both streams as this district's tables show them: `said` here, `told` by the hub; None before the district was set up.

    The sums are those of this end. Where the hub's page shows the same root, both hold the same.
    """

    standing: Standing
    said: Writing | None
    said_sums: Sums
    told: Reading | None
    told_sums: Sums
    parked: list[Parked]
    refused: list[Refused]


def proof(session: Session, district: str, *, at: datetime) -> Proof:
    """The proof at the moment `at`."""
    up, down = streams.up(district), streams.down(district)
    return Proof(
        standing=standing(session, district, at=at),
        said=next(iter(evidence.writings(session, up)), None),
        said_sums=evidence.sums(session, up),
        told=next(iter(evidence.readings(session, down)), None),
        told_sums=evidence.sums(session, down),
        parked=evidence.parked(session, down),
        refused=evidence.refused(session, [up, down]) + evidence.strangers(session),
    )
