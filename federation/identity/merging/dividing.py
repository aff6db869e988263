"""Who of a person leaves with a registration for which another ID is claimed?

A machine may have linked registrations whose people were shown different IDs. Those of whom a document or somebody's word says
that they are one stay together, and so do those for whom the same ID is claimed; for all others the IDs decide that they were
shown.
"""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from federation.identity.matching.deciding import agreement
from federation.identity.merging.members import Member, Person
from federation.mailbox import digest
from sync import streams
from sync.contracts import kind_of
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from sync.mailbox.digest import Record


class Told:
    """Which IDs were claimed for which registrations: with what is being taken now, or before."""

    def __init__(self, session: Session, claims: Iterable[tuple[str, str]]) -> None:
        """`claims` are what is being taken now: registrations, each with an ID."""
        self._session = session
        self._claims = frozenset(claims)

    def is_claimed(self, member: Member, *volunteer_ids: str) -> bool:
        """Whether one of these IDs was claimed for a registration."""
        registration_id = member.registration_id
        if any((registration_id, volunteer_id) in self._claims for volunteer_id in volunteer_ids):
            return True
        states = (VolunteerIdState(registration_id=registration_id, volunteer_id=one) for one in volunteer_ids)
        records = [Record(kind_of(VOLUNTEER_ID_CLAIMED), claim_key(state)) for state in states]
        return bool(digest.held(self._session, streams.up(member.district), records))


def leaving_with(person: Person, subject: Member, claimed: str, told: Told) -> list[Member]:
    """The members that leave with `subject`, for which an ID was `claimed`: all of them unless some are to stay.

    Where some are, what nobody has said anything of stays with them. So does a member for which the present ID was claimed,
    too: that it had the other one may be long ago.
    """
    bound = _bound_to(person, subject)
    leaving = [
        member
        for member in person.members
        if member.registration_id in bound
        or (
            told.is_claimed(member, claimed)
            and not told.is_claimed(member, person.volunteer_id)
            and not _stands_by_word(person, member)
        )
    ]
    stays = any(is_to_stay(person, member, told) for member in person.members if member not in leaving)
    return leaving if stays else list(person.members)


def is_to_stay(person: Person, member: Member, told: Told) -> bool:
    """Whether somebody's word, or the ID that people were shown for it, says that a registration is this person's."""
    return _stands_by_word(person, member) or told.is_claimed(member, person.volunteer_id, *person.aliases)


def are_certainly_one(one: Member, other: Member) -> bool:
    """Whether a document that both name, and a field that agrees, say that two registrations are of one person."""
    return one.shares_document_with(other) and bool(agreement(one.known.features, other.known.features))


def _bound_to(person: Person, subject: Member) -> Collection[str]:
    """The registrations of which a document or somebody's word says that they are of the subject's person; it is among them."""
    bound = [subject]
    others = [member for member in person.members if member is not subject]
    for one in bound:
        for other in [other for other in others if other not in bound]:
            by_word = _stands_by_word(person, one) and _stands_by_word(person, other)
            if by_word or are_certainly_one(one, other):
                bound.append(other)
    return {member.registration_id for member in bound}


def _stands_by_word(person: Person, member: Member) -> bool:
    """Whether somebody has said of a registration that it is this person's, or it is the one by which they had become known."""
    return member.link.verified or (person.is_verified and member.link.own_volunteer_id == person.volunteer_id)
