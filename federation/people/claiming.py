"""How does somebody claim the volunteer ID that a register gave them?

They show that they are the person of a registration: by its document and its telephone number, to which a code is sent; or by
a slip of paper that its district handed to them. A telephone number or an e-mail address alone never is enough: families share
them.
"""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from federation.accounts.models import Account, SecurityEventKind
from federation.accounts.security_events import note
from federation.accounts.visits import Visit
from federation.errors import CodeRefused, StateForbids
from federation.identity.models import Volunteer
from federation.people.knowing import Known, account_of, known_by_registration
from federation.people.models import UsedClaimSlip
from federation.settings import Settings
from sync.errors import SyncError
from sync.messages.claim_slip import LIFETIME, ClaimSlip, read_slip
from sync.messages.signing import KeyRing

_NO_SLIP = "This slip is not right, was used before, or is too old. Ask for another one at your district’s desk."


def read_claim_slip(session: Session, written: str, *, keys: KeyRing, settings: Settings, at: datetime) -> Known:
    """Whom a slip is for, which stays unused; raises `CodeRefused`."""
    known, _ = _read(session, written, keys=keys, settings=settings, at=at)
    return known


def use_claim_slip(session: Session, written: str, *, keys: KeyRing, settings: Settings, at: datetime) -> Known:
    """Whom a slip is for, which nobody can use again; raises `CodeRefused`."""
    known, slip = _read(session, written, keys=keys, settings=settings, at=at)
    session.execute(delete(UsedClaimSlip).where(UsedClaimSlip.expires_at <= at))
    session.add(UsedClaimSlip(slip_hash=_hash(slip), used_at=at, expires_at=at + LIFETIME))
    session.flush()
    return known


def claim(session: Session, account: Account, known: Known, *, visit: Visit, at: datetime) -> None:
    """The person of an account turns out to be known by another ID than the one that they got when they signed up.

    Raises `StateForbids` where somebody else has that person's account, or a district registered this one under its own ID:
    whether two persons are one is for stewards to say.
    """
    if account.volunteer_id == known.volunteer_id:
        raise StateForbids("This volunteer ID is yours already.")
    if account_of(session, known.volunteer_id):
        raise StateForbids("Somebody has an account with this volunteer ID. If it is yours, sign in with that one.")
    if account.volunteer_id and session.get(Volunteer, account.volunteer_id):
        raise StateForbids("You are registered under another volunteer ID as well. Ask your district to have the two joined.")
    account.volunteer_id = known.volunteer_id
    note(session, SecurityEventKind.CLAIMED, account=account, actor=account, at=at, **visit.told, district=known.district)


def _read(session: Session, written: str, *, keys: KeyRing, settings: Settings, at: datetime) -> tuple[Known, ClaimSlip]:
    try:
        district, slip = read_slip(written, keys=keys, at=at)
    except SyncError as error:
        raise CodeRefused(_NO_SLIP) from error
    known = known_by_registration(session, slip.registration_id, settings=settings)
    if known is None or known.district != district or session.get(UsedClaimSlip, _hash(slip)) is not None:
        raise CodeRefused(_NO_SLIP)
    return known, slip


def _hash(slip: ClaimSlip) -> str:
    return sha256(f"{slip.registration_id} {slip.nonce}".encode()).hexdigest()
