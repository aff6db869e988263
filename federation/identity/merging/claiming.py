"""What becomes of volunteer IDs that districts hold, and that the hub has lost?

A hub that was restored from a backup links the registrations that come again, and issues new IDs to them. The districts claim
the IDs that people were shown. The claimed ID then is the person's, and the new one its alias; but nobody is given an ID under
which somebody else is known here. Registrations come again in another order, so a machine may link two that it did not link
before; where different IDs are claimed for them and neither a document nor somebody's word says that they are one, they part.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.errors import Invalid, NotFound
from federation.identity.aliases import resolve
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.linking.issuing import unused_ids
from federation.identity.linking.linking import would_join
from federation.identity.linking.telling import tell_links
from federation.identity.merging.acts import Act
from federation.identity.merging.dividing import Told, are_certainly_one, is_to_stay, leaving_with
from federation.identity.merging.members import Member, Person, find_person, told_apart, volunteer_id_of
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
    linked = _linked_here(session, district, sorted(claiming))
    if linked.keys() != claiming:
        raise NotFound(f"{district} claims the ID of a registration that is not linked here.")
    told = Told(session, claims)
    has_changed = False
    for registration_id, claimed in claims:
        # An earlier claim of these may have moved this link.
        current = volunteer_id_of(session, registration_id) if has_changed else linked[registration_id]
        if claimed != current:
            _settle(session, registration_id, current, claimed, told=told, settings=settings, at=now())
            has_changed = True


def _linked_here(session: Session, district: str, registration_ids: Sequence[str]) -> dict[str, str]:
    """The IDs of those of the registrations that are the district's, and linked."""
    query = (
        select(Link.registration_id, Link.volunteer_id)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(Registration.district == district, lookups.among(session, Link.registration_id, registration_ids))
    )
    rows = session.execute(query)
    return {registration_id: volunteer_id for registration_id, volunteer_id in rows}  # noqa: C416 - a row is no plain pair


def _settle(
    session: Session, registration_id: str, current: str, claimed: str, *, told: Told, settings: Settings, at: datetime
) -> None:
    """Puts a claim right that does not fit its link."""
    person = find_person(session, current, settings=settings)
    leaving = leaving_with(person, person.member(registration_id), claimed, told)
    if len(leaving) < len(person.members):
        current = _part(session, person, registration_id, leaving, claimed, settings=settings, at=at)
        person = find_person(session, current, settings=settings)
    survivor = resolve(session, claimed)
    if survivor == current:
        return
    is_known = session.get(Volunteer, survivor) is not None
    if is_known and not _may_join(session, person, registration_id, survivor, claimed, told=told, settings=settings):
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
    begun = Happening(
        type=IdentityEventType.CLAIMED, volunteer_id=survivor, registration_id=registration_id, body={"alias": current}
    )
    act = Act(session, by=RULE, at=at)
    act.note(begun)
    if not is_known:
        act.issue(survivor, registration_id, district=person.volunteer.district)
    take_over(act, person, to=survivor, because=LinkReason.CLAIM)
    act.finish()


def _part(
    session: Session,
    person: Person,
    registration_id: str,
    leaving: Sequence[Member],
    claimed: str,
    *,
    settings: Settings,
    at: datetime,
) -> str:
    """Takes those who are `leaving` with a registration out of a person; gives the ID that they then have.

    That is the claimed one if it led to the person or nobody has it, else the one that was issued for the registration, or a
    new one.
    """
    subject = person.member(registration_id)
    act = Act(session, by=RULE, at=at)
    body = {"registrations": [member.registration_id for member in leaving], "reason": RULE}
    act.note(Happening(type=IdentityEventType.SPLIT, volunteer_id=person.volunteer_id, body=body))
    led_here = next((one for one in (claimed, subject.link.own_volunteer_id) if one in person.aliases), None)
    if led_here is not None:
        to = led_here
        act.lift(to)
    else:
        is_free = session.get(Volunteer, claimed) is None
        [to] = [claimed] if is_free else unused_ids(session, 1, province=settings.province)
        act.issue(to, registration_id, district=subject.district)
    for member in leaving:
        act.move(member.link, to, because=LinkReason.CLAIM)
    for alias in person.aliases_of(leaving):
        if alias != to:
            act.lead(alias, to=to)
    act.finish()
    return to


def _may_join(
    session: Session, person: Person, registration_id: str, survivor: str, claimed: str, *, told: Told, settings: Settings
) -> bool:
    """Whether nobody told the two apart, and the registration is of the other.

    It is where a document says so. It also is where the other was shown the same ID, and is so like it that a machine would
    link them anyway: as one they were known before. Nobody comes along by that who is to stay where they are.
    """
    other = find_person(session, survivor, settings=settings)
    if told_apart(session, person.registration_ids, other.registration_ids):
        return False
    subject = person.member(registration_id)
    if any(are_certainly_one(subject, member) for member in other.members):
        return True
    if any(is_to_stay(person, member, told) for member in person.members if member is not subject):
        return False
    was_shown_it = any(told.is_claimed(member, claimed) for member in other.members)
    return was_shown_it and would_join(session, subject.known, survivor, settings=settings)
