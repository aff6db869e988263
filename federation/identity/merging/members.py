"""Who is a person, as far as somebody has to know who merges or splits?"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.errors import NotFound
from federation.identity.aliases import aliases_of, resolve
from federation.identity.linking.gathering import read_known
from federation.identity.matching.deciding import Known, have_different_resident_ids
from federation.identity.models import DoNotLink, Link, Volunteer
from federation.settings import Settings
from sync.databases import lookups


@dataclass(frozen=True)
class Member:
    """A registration of a person: its link, and what is known of it."""

    link: Link
    known: Known

    @property
    def registration_id(self) -> str:
        """Which registration it is."""
        return self.link.registration_id

    @property
    def district(self) -> str:
        """The district's code."""
        return self.known.district

    def shares_document_with(self, other: "Member") -> bool:
        """Whether both name the same document."""
        return not self.known.tokens.isdisjoint(other.known.tokens)


@dataclass(frozen=True)
class Person:
    """Everything that is known under one volunteer ID."""

    volunteer: Volunteer
    members: tuple[Member, ...]
    aliases: tuple[str, ...]

    @property
    def volunteer_id(self) -> str:
        """The ID under which the person is known."""
        return self.volunteer.volunteer_id

    @property
    def is_verified(self) -> bool:
        """Whether somebody has looked at one of the links."""
        return any(member.link.verified for member in self.members)

    @property
    def registration_ids(self) -> list[str]:
        """The registrations of the person."""
        return [member.registration_id for member in self.members]

    def member(self, registration_id: str) -> Member:
        """One of the person's registrations."""
        return next(member for member in self.members if member.registration_id == registration_id)

    def aliases_of(self, members: Iterable[Member]) -> list[str]:
        """The person's aliases that were issued for these registrations."""
        own = (member.link.own_volunteer_id for member in members)
        return [one for one in own if one in self.aliases]

    def shows_other_resident_id_than(self, other: "Person") -> bool:
        """Whether two of their registrations name a resident identity number each, and not the same."""
        return any(have_different_resident_ids(one.known, its.known) for one in self.members for its in other.members)


def find_person(session: Session, volunteer_id: str, *, settings: Settings) -> Person:
    """The person who has this ID, or had it; as the database has them now. Raises `NotFound`."""
    volunteer = session.get(Volunteer, resolve(session, volunteer_id))
    if volunteer is None:
        raise NotFound("Nobody has the volunteer ID %(volunteer_id)s. Check its digits.", volunteer_id=volunteer_id)
    query = (
        select(Link)
        .where(Link.volunteer_id == volunteer.volunteer_id)
        .order_by(Link.registration_id)
        # Another transaction may have moved what this session saw before it had its turn.
        .execution_options(populate_existing=True)
    )
    links = session.scalars(query).all()
    known = read_known(session, [link.registration_id for link in links], settings)
    members = tuple(Member(link, known[link.registration_id]) for link in links)
    return Person(volunteer, members, tuple(aliases_of(session, volunteer.volunteer_id)))


def person_of(session: Session, registration_id: str, *, settings: Settings) -> Person:
    """The person to whom a registration belongs. Raises `NotFound`."""
    return find_person(session, volunteer_id_of(session, registration_id), settings=settings)


def volunteer_id_of(session: Session, registration_id: str) -> str:
    """The ID under which a registration is. Raises `NotFound`."""
    volunteer_id = session.scalar(select(Link.volunteer_id).where(Link.registration_id == registration_id))
    if volunteer_id is None:
        raise NotFound("No registration %(registration)s is linked here.", registration=registration_id)
    return volunteer_id


def told_apart(session: Session, some: Collection[str], others: Collection[str]) -> Sequence[DoNotLink]:
    """What says that a registration among `some` is of somebody else than one among `others`."""
    return list(_edges(session, some, others)) + list(_edges(session, others, some))


def _edges(session: Session, some: Collection[str], others: Collection[str]) -> Iterator[DoNotLink]:
    pair = DoNotLink
    is_between = lookups.among(session, pair.one, list(some)) & lookups.among(session, pair.other, list(others))
    yield from session.scalars(select(pair).where(is_between).order_by(pair.one, pair.other))
