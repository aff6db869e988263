"""What becomes of volunteer IDs that districts hold, and that the hub has lost?

A hub that was restored from a backup links the registrations that come again, and issues new IDs to them. The districts claim
the IDs that people were shown. The claimed ID then is the person's, and the new one its alias; but nobody is given an ID under
which somebody else is known here. Registrations come again in another order, so a machine may link two that it did not link
before; where different IDs are claimed for them and no document makes it certain that they are of one person, they part.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.errors import Invalid, NotFound
from federation.identity.aliases import resolve
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.linking.issuing import unused_ids
from federation.identity.linking.telling import tell_links
from federation.identity.matching.deciding import agreement
from federation.identity.merging.acts import Act
from federation.identity.merging.members import Member, find_person, told_apart, volunteer_id_of
from federation.identity.merging.merging import take_over
from federation.identity.models import Link, LinkReason, Registration, Volunteer
from federation.identity.turns import wait_for_turn
from federation.identity.volunteer_ids import is_volunteer_id
from federation.settings import Settings
from sync.databases import lookups
from sync.mailbox.facts import Fact

RULE = "claims"
"""Who decided, where a district's claim did."""


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
    linked = _linked(session, district, sorted(claiming))
    if linked.keys() != claiming:
        raise NotFound(f"{district} claims the ID of a registration that is not linked here.")
    for registration_id, claimed in claims:
        if claimed == linked[registration_id]:
            continue
        # Asked again each time: an earlier claim of these may have moved this link.
        current = volunteer_id_of(session, registration_id)
        if resolve(session, claimed) != current:
            _settle(session, registration_id, current, claimed, settings=settings, at=now())


def _linked(session: Session, district: str, registration_ids: Sequence[str]) -> dict[str, str]:
    query = (
        select(Link.registration_id, Link.volunteer_id)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(Registration.district == district, lookups.among(session, Link.registration_id, registration_ids))
    )
    return {row.registration_id: row.volunteer_id for row in session.execute(query)}


def _settle(session: Session, registration_id: str, current: str, claimed: str, *, settings: Settings, at: datetime) -> None:
    if _is_under_another_s_id(session, registration_id, current, settings):
        current = _part(session, registration_id, current, settings=settings, at=at)
    survivor = resolve(session, claimed)
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


def _is_under_another_s_id(session: Session, registration_id: str, current: str, settings: Settings) -> bool:
    """Whether people were shown this ID for other registrations of its person, of none of which this one is certainly."""
    claims = select(IdentityEvent.registration_id).where(
        IdentityEvent.volunteer_id == current, IdentityEvent.type == IdentityEventType.CLAIMED
    )
    shown_for = set(session.scalars(claims)) - {registration_id}
    if not shown_for:
        return False
    person = find_person(session, current, settings=settings)
    others = [member for member in person.members if member.registration_id in shown_for]
    return bool(others) and not _is_certainly_of(person.member(registration_id), others)


def _part(session: Session, registration_id: str, current: str, *, settings: Settings, at: datetime) -> str:
    """Takes a registration out of a person, under the ID that was issued for it here or a new one; gives that ID."""
    person = find_person(session, current, settings=settings)
    member = person.member(registration_id)
    act = Act(session, by=RULE, at=at)
    body = {"registrations": [registration_id], "reason": RULE}
    act.note(Happening(type=IdentityEventType.SPLIT, volunteer_id=current, body=body))
    own = member.link.own_volunteer_id
    if own in person.aliases:
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
