"""What does a steward see of a review?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec
from sqlalchemy.orm import Session

from federation.identity.linking.gathering import read_known
from federation.identity.matching.deciding import ReviewKind, have_different_resident_ids
from federation.identity.matching.scoring import Evidence
from federation.identity.merging.members import Person, person_of
from federation.identity.reviews.models import Review
from federation.identity.stewarding.finding import review_of
from federation.identity.stewarding.registrations import RegistrationShown, shown_registrations
from federation.settings import Settings


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

    @property
    def moves_much(self) -> bool:
        """Whether merging the two changes more than where one new registration belongs: a steward looks at it before."""
        persons = {side.person.volunteer_id: side.person for side in self.sides if side.person}
        if len(persons) < len(self.sides) or len(persons) == 1:
            return False
        return self.documents_differ or any(len(person.members) > 1 or person.is_verified for person in persons.values())


def show(session: Session, number: int, *, settings: Settings) -> ReviewShown:
    """The review `number`, its persons unsealed. Raises `NotFound`."""
    review = review_of(session, number)
    asked_about = [one for one in (review.registration_id, review.other_registration_id) if one is not None]
    persons = {registration_id: person_of(session, registration_id, settings=settings) for registration_id in asked_about}
    members = {member.registration_id: member for person in persons.values() for member in person.members}
    shown = shown_registrations(session, [member.known for member in members.values()], settings)
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


@dataclass(frozen=True)
class PairShown:
    """A review in a list: the two registrations that it asks about."""

    review: Review
    registrations: tuple[RegistrationShown, ...]


def show_pairs(session: Session, reviews: Sequence[Review], *, settings: Settings) -> list[PairShown]:
    """What these reviews ask about, each of them about two registrations."""
    asked_about = {review.number: [review.registration_id, review.other_registration_id or ""] for review in reviews}
    known = read_known(session, [one for pair in asked_about.values() for one in pair], settings)
    shown = shown_registrations(session, known.values(), settings)
    return [PairShown(review, tuple(shown[one] for one in asked_about[review.number])) for review in reviews]
