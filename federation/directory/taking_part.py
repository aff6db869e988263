"""How does a district's part come to rest, go on, or end?

Each time the district is told, on its own stream: it goes on reading what the hub says.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.clients.models import Client
from federation.directory.models import District
from federation.errors import NotFound, StateForbids
from federation.mailbox import ParkedRecord, StreamCursor, log
from sync import streams
from sync.contracts.memberships import MEMBERSHIP_CHANGED, MembershipState
from sync.messages.beacon import Verdict


def suspend(session: Session, code: str, *, reason: str, by: str, at: datetime) -> District:
    """Refuses what the district says from now on. Raises `NotFound`, `StateForbids` or `ReasonMissing`."""
    district = district_of(session, code)
    district.suspend(reason=reason, by=by, at=at)
    return _told(session, district)


def resume(session: Session, code: str, *, reason: str, by: str, at: datetime) -> District:
    """Hears the district again. Raises `NotFound`, `StateForbids` or `ReasonMissing`."""
    district = district_of(session, code)
    district.resume(reason=reason, by=by, at=at)
    return _told(session, district)


def leave(session: Session, code: str, *, reason: str, by: str, at: datetime, unfinished: bool = False) -> District:
    """Ends the district's part for good; the hours and IDs of its volunteers stay, and nobody is signed in there any more.

    Raises `StateForbids` also where the hub lacks something that the district has recorded, as far as it has said, unless
    `unfinished`; and `NotFound` or `ReasonMissing`.
    """
    district = district_of(session, code)
    lacking = _lacking(session, code)
    if lacking and not unfinished:
        raise StateForbids(f"{lacking} Wait until the hub has everything, or close unfinished: what is missing stays missing.")
    district.leave(reason=reason, by=by, at=at)
    for client in session.scalars(select(Client).where(Client.district == code, Client.disabled_at.is_(None))):
        client.disable(at=at)
    return _told(session, district)


def district_of(session: Session, code: str) -> District:
    """The district of this code; raises `NotFound`."""
    district = session.get(District, code)
    if district is None:
        raise NotFound(f"No district {code} takes part; banyan-hub district list shows those that do.")
    return district


def _told(session: Session, district: District) -> District:
    newest = district.changes[-1]
    log.announce(
        session,
        streams.down(district.code),
        type=MEMBERSHIP_CHANGED,
        key=district.code,
        version=newest.version,
        data=MembershipState(state=newest.state.value, reason=newest.reason, since=newest.changed_at),
    )
    return district


def _lacking(session: Session, code: str) -> str | None:
    """What the hub does not have of the district, in a sentence."""
    stream = streams.up(code)
    cursor = session.get_one(StreamCursor, stream)
    parked = session.scalar(select(func.count()).select_from(ParkedRecord).where(ParkedRecord.stream == stream))
    if cursor.verdict == Verdict.FORK:
        return f"What {code} says does not fit what it said before."
    if cursor.as_of is None or cursor.sequence < cursor.head_sequence:
        return f"The hub has {cursor.sequence} of {cursor.head_sequence} events of {code}, as far as it has said."
    return f"{parked} events of {code} are parked." if parked else None
