"""What becomes of volunteer IDs that districts hold, and that the hub has lost?

A hub that was restored from a backup links the registrations that come again, and issues new IDs to them. The districts claim
the IDs that people were shown. The claimed ID then is the person's, and the new one its alias; but nobody is given an ID under
which somebody else is known here. Registrations come again in another order, so a machine may link two that it did not link
before; where different IDs are claimed for them and neither a document nor a steward says that they are one, they part.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.errors import Invalid, NotFound
from federation.identity.aliases import resolve
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.linking.issuing import unused_ids
from federation.identity.linking.telling import tell_links
from federation.identity.matching.deciding import agreement
from federation.identity.merging.acts import Act
from federation.identity.merging.members import Member, Person, find_person, told_apart, volunteer_id_of
from federation.identity.merging.merging import take_over
from federation.identity.models import Link, LinkReason, Registration, Volunteer
from federation.identity.turns import wait_for_turn
from federation.identity.volunteer_ids import is_volunteer_id
from federation.mailbox import digest
from federation.settings import Settings
from sync import streams
from sync.contracts import kind_of
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from sync.databases import lookups
from sync.mailbox.digest import Record
from sync.mailbox.facts import Fact

RULE = "claims"
"""Who decided, where a district's claim did."""

_Claim: TypeAlias = tuple[str, str]
"""A registration, and the ID that is claimed for it."""


def take_claims(
    session: Session, district: str, facts: Sequence[Fact], *, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Compares the IDs in `facts` (`VolunteerIdState`) with those that are linked here, and puts right what was lost.

    Of several IDs of one registration the last is the person's, and those before lead there.

    Raises `NotFound` where a registration is not of `district`, or `Invalid` where a claim is no volunteer ID.
    """
    wait_for_turn(session)
    claims = [(fact.data.registration_id, fact.data.volunteer_id) for fact in facts]
    if not all(is_volunteer_id(claimed) for _, claimed in claims):
        raise Invalid("A claim names something that is no volunteer ID.", field="volunteer_id")
    claiming = {registration_id for registration_id, _ in claims}
    if _known_here(session, district, sorted(claiming)) != claiming:
        raise NotFound(f"{district} claims the ID of a registration that is not linked here.")
    said = frozenset(claims)
    for registration_id, claimed in claims:
        # Asked again each time: an earlier claim of these may have moved this link.
        current = volunteer_id_of(session, registration_id)
        if claimed != current:
            _settle(session, registration_id, current, claimed, said=said, settings=settings, at=now())


def _known_here(session: Session, district: str, registration_ids: Sequence[str]) -> set[str]:
    """Those of the registrations that are the district's, and linked."""
    query = (
        select(Link.registration_id)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(Registration.district == district, lookups.among(session, Link.registration_id, registration_ids))
    )
    return set(session.scalars(query))


def _settle(
    session: Session,
    registration_id: str,
    current: str,
    claimed: str,
    *,
    said: Collection[_Claim],
    settings: Settings,
    at: datetime,
) -> None:
    """Puts a claim right that does not fit its link; `said` are all that came with it."""
    person = find_person(session, current, settings=settings)
    if _is_under_another_s_id(session, person, registration_id, said):
        current = _part(session, person, registration_id, claimed, settings=settings, at=at)
    survivor = resolve(session, claimed)
    if survivor == current:
        return
    is_known = session.get(Volunteer, survivor) is not None
    if is_known and not _may_join(session, registration_id, current, survivor, settings):
        refused = Happening(
            type=IdentityEventType.CLAIM_REFUSED,
            volunteer_id=current,
            registration_id=registration_id,
            body={"claimed": claimed},
        )
        write(session, [refused], by=RULE, at=at)
        # The district holds what it claimed, so it has to be told again whose ID that is.
        tell_links(session, Link.registration_id == registration_id)
        return
    person = find_person(session, current, settings=settings)
    begun = Happening(
        type=IdentityEventType.CLAIMED, volunteer_id=survivor, registration_id=registration_id, body={"alias": current}
    )
    act = Act(session, by=RULE, at=at)
    act.note(begun)
    if not is_known:
        act.issue(survivor, registration_id, district=person.volunteer.district)
    take_over(act, person, to=survivor, because=LinkReason.CLAIM)
    act.finish()


def _is_under_another_s_id(session: Session, person: Person, registration_id: str, said: Collection[_Claim]) -> bool:
    """Whether people were shown the person's IDs for other registrations, and only a machine took this one for theirs."""
    subject = person.member(registration_id)
    others = [member for member in person.members if member is not subject]
    if not others or person.is_verified or _are_claimed(session, subject, [person.volunteer_id], said):
        return False
    shown = [other for other in others if _are_claimed(session, other, [person.volunteer_id, *person.aliases], said)]
    return bool(shown) and not _is_certainly_of(subject, shown)


def _are_claimed(session: Session, member: Member, volunteer_ids: Sequence[str], said: Collection[_Claim]) -> bool:
    """Whether one of these IDs was claimed for a registration: among what is `said` now, or before."""
    claims = [(member.registration_id, volunteer_id) for volunteer_id in volunteer_ids]
    if any(claim in said for claim in claims):
        return True
    states = (VolunteerIdState(registration_id=registration_id, volunteer_id=one) for registration_id, one in claims)
    records = [Record(kind_of(VOLUNTEER_ID_CLAIMED), claim_key(state)) for state in states]
    return bool(digest.held(session, streams.up(member.district), records))


def _part(session: Session, person: Person, registration_id: str, claimed: str, *, settings: Settings, at: datetime) -> str:
    """Takes a registration out of a person; gives the ID that it then has.

    That is the claimed one if it led to the person, else the one that was issued for the registration, or a new one.
    """
    member = person.member(registration_id)
    act = Act(session, by=RULE, at=at)
    body = {"registrations": [registration_id], "reason": RULE}
    act.note(Happening(type=IdentityEventType.SPLIT, volunteer_id=person.volunteer_id, body=body))
    own = next((one for one in (claimed, member.link.own_volunteer_id) if one in person.aliases), None)
    if own is not None:
        act.lift(own)
    else:
        [own] = unused_ids(session, 1, province=settings.province)
        act.issue(own, registration_id, district=member.district)
    act.move(member.link, own, because=LinkReason.CLAIM)
    act.finish()
    return own


def _may_join(session: Session, registration_id: str, current: str, survivor: str, settings: Settings) -> bool:
    """Whether nobody told the two apart, and the registration is certainly of the other."""
    its, others = (find_person(session, volunteer_id, settings=settings) for volunteer_id in (current, survivor))
    if told_apart(session, its.registration_ids, others.registration_ids):
        return False
    return _is_certainly_of(its.member(registration_id), others.members)


def _is_certainly_of(subject: Member, members: Iterable[Member]) -> bool:
    """Whether a registration is certainly of the person of one of `members`: a document and a field that agree."""
    same = [member for member in members if member.shares_document_with(subject)]
    return any(agreement(subject.known.features, member.known.features) for member in same)
