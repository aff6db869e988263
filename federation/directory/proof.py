"""What shows that the hub holds what a district holds, and the district what the hub said?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import DistrictKey
from federation.directory.standing import Standing, standing_of
from federation.errors import NotFound
from federation.mailbox import evidence
from sync import streams
from sync.mailbox.evidence import Parked, Reading, Refused, Sums, Writing


@dataclass(frozen=True)
class Key:
    """A key by which the district signs, or signed, by its thumbprint; nothing of it is secret."""

    key_id: str
    not_before: datetime
    not_after: datetime | None


@dataclass(frozen=True)
class Proof:
    """Both streams of a district as the hub's tables show them: `said` by the district, `told` by the hub.

    The sums are those of this end; whether the other end's are the same is what `said.proven_at` says, and what the district
    shows of `told`.
    """

    standing: Standing
    said: Reading
    said_sums: Sums
    told: Writing
    told_sums: Sums
    parked: list[Parked]
    refused: list[Refused]
    keys: list[Key]


def proof_of(session: Session, code: str, *, at: datetime) -> Proof:
    """The proof for the district of this code at the moment `at`; raises `NotFound`."""
    standing = standing_of(session, code, at=at)
    if standing is None:
        raise NotFound(f"No district has the code {code}. The list of districts has all codes.")
    up, down = streams.up(code), streams.down(code)
    [said], [told] = evidence.readings(session, up), evidence.writings(session, down)
    return Proof(
        standing=standing,
        said=said,
        said_sums=evidence.sums(session, up),
        told=told,
        told_sums=evidence.sums(session, down),
        parked=evidence.parked(session, up),
        refused=evidence.refused(session, [up, down]),
        keys=_keys(session, code),
    )


def _keys(session: Session, code: str) -> list[Key]:
    key = DistrictKey
    query = select(key.key_id, key.not_before, key.not_after).where(key.district == code).order_by(key.not_before.desc())
    return [Key(*row) for row in session.execute(query)]
