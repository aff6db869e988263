"""What does a steward see of a person?"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from federation.identity.history.reading import ActTold, acts_about
from federation.identity.merging.members import Person, find_person
from federation.identity.models import DoNotLink, Link
from federation.identity.stewarding.registrations import RegistrationShown, shown_registrations
from federation.settings import Settings
from sync.databases import lookups


@dataclass(frozen=True)
class KeptApart:
    """Somebody said that `registration_id`, which is the person's, is of somebody else than the other one."""

    pair: DoNotLink
    registration_id: str
    other_registration_id: str
    other_volunteer_id: str


@dataclass(frozen=True)
class PersonShown:
    """A person with all registrations, whom they are kept apart from, and what has happened, the newest first."""

    person: Person
    registrations: dict[str, RegistrationShown]
    apart: tuple[KeptApart, ...]
    acts: tuple[ActTold, ...]


def show_person(session: Session, volunteer_id: str, *, settings: Settings) -> PersonShown:
    """The person who has this ID, or had it, unsealed. Raises `NotFound`."""
    person = find_person(session, volunteer_id, settings=settings)
    return PersonShown(
        person,
        shown_registrations(session, [member.known for member in person.members], settings),
        _kept_apart(session, person),
        tuple(acts_about(session, [person.volunteer_id, *person.aliases])),
    )


def _kept_apart(session: Session, person: Person) -> tuple[KeptApart, ...]:
    own = set(person.registration_ids)
    pair = DoNotLink
    is_about = or_(lookups.among(session, pair.one, list(own)), lookups.among(session, pair.other, list(own)))
    pairs = session.scalars(select(pair).where(is_about).order_by(pair.since, pair.one, pair.other)).all()
    sides = [(one, *((one.one, one.other) if one.one in own else (one.other, one.one))) for one in pairs]
    link = Link
    query = select(link.registration_id, link.volunteer_id).where(
        lookups.among(session, link.registration_id, [other for _, _, other in sides])
    )
    ids = {registration_id: its for registration_id, its in session.execute(query)}  # noqa: C416 - rows are no pairs
    return tuple(KeptApart(one, its, other, ids[other]) for one, its, other in sides)
