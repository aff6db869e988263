"""What does a steward see of a review?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import Organization
from federation.identity.matching.deciding import ReviewKind, have_different_resident_ids
from federation.identity.matching.scoring import Evidence
from federation.identity.merging.members import Member, Person, person_of
from federation.identity.models import Registration
from federation.identity.persons import sealing
from federation.identity.reviews.models import Review
from federation.identity.stewarding.finding import review_of
from federation.settings import Settings
from sync.databases import bulk

_SHOWN_AT_FRONT = 3
_SHOWN_AT_END = 4
_LONG_ENOUGH = 10


@dataclass(frozen=True)
class RegistrationShown:
    """A registration as a steward sees it: `person` with a masked phone, and the kinds of the documents that it names."""

    registration_id: str
    district: str
    organization: str | None
    registered_on: str
    person: sealing.Person
    document_kinds: tuple[str, ...]
    document_flaw: str | None
    document_disagrees: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of the two who are compared: the registration that is asked about, and the others of the same person.

    `person` is None where a steward must not see whose it is, because that would tell what somebody else answered.
    """

    registration: RegistrationShown
    others: tuple[RegistrationShown, ...]
    person: Person | None


@dataclass(frozen=True)
class ReviewShown:
    """A review with both sides, and what the machine found when it was opened.

    `same_document` and `documents_differ` are about the two registrations that are asked about.
    """

    review: Review
    evidence: tuple[Evidence, ...]
    sides: tuple[Side, ...]
    same_document: bool
    documents_differ: bool


def show(session: Session, number: int, *, settings: Settings) -> ReviewShown:
    """The review `number`, its persons unsealed. Raises `NotFound`."""
    review = review_of(session, number)
    asked_about = [one for one in (review.registration_id, review.other_registration_id) if one is not None]
    persons = {registration_id: person_of(session, registration_id, settings=settings) for registration_id in asked_about}
    members = {member.registration_id: member for person in persons.values() for member in person.members}
    shown = _registrations(session, list(members.values()), settings)
    is_blind = review.kind is ReviewKind.SECOND
    sides = [
        Side(shown[one], (), None)
        if is_blind
        else Side(shown[one], tuple(shown[its] for its in person.registration_ids if its not in asked_about), person)
        for one, person in persons.items()
    ]
    pairs = [(members[one], members[other]) for one, other in combinations(asked_about, 2)]
    return ReviewShown(
        review,
        tuple(msgspec.json.decode(review.fields, type=list[Evidence])),
        tuple(sides),
        same_document=any(one.shares_document_with(other) for one, other in pairs),
        documents_differ=any(have_different_resident_ids(one.known, other.known) for one, other in pairs),
    )


def masked(phone: str | None) -> str | None:
    """A telephone number of which enough is hidden that nobody can call it; two that are alike still look alike."""
    if phone is None:
        return None
    if len(phone) < _LONG_ENOUGH:
        return "*" * len(phone)
    return phone[:_SHOWN_AT_FRONT] + "*" * (len(phone) - _SHOWN_AT_FRONT - _SHOWN_AT_END) + phone[-_SHOWN_AT_END:]


def _registrations(session: Session, members: Sequence[Member], settings: Settings) -> dict[str, RegistrationShown]:
    registration, organization = Registration, Organization
    its_own = (organization.district == registration.district) & (organization.organization_id == registration.organization_id)
    rows = session.execute(
        select(registration, organization.name)
        .outerjoin(organization, its_own)
        .where(bulk.among(session, registration.registration_id, [member.registration_id for member in members]))
    )
    kinds = {
        member.registration_id: tuple(sorted({document.kind for document in member.known.documents})) for member in members
    }
    return {held.registration_id: _shown(held, name, kinds[held.registration_id], settings) for held, name in rows}


def _shown(held: Registration, organization: str | None, kinds: tuple[str, ...], settings: Settings) -> RegistrationShown:
    person = sealing.unseal(held.person, settings.field_cipher)
    return RegistrationShown(
        held.registration_id,
        held.district,
        organization,
        held.registered_on,
        msgspec.structs.replace(person, phone=masked(person.phone)),
        kinds,
        held.document_flaw,
        tuple(held.document_disagrees.split(",")) if held.document_disagrees else (),
    )
