"""How do two persons become one?

The ID that was issued first survives; the other becomes its alias, and answers for ever. Links move and facts do not: hours
hang on registrations, so a person's sum is right as soon as the links are.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import Invalid, ReasonMissing, StateForbids
from federation.identity.history.models import IdentityEventType
from federation.identity.history.reading import issue_numbers
from federation.identity.history.writing import Happening
from federation.identity.merging.acts import Act
from federation.identity.merging.members import Person, find_person, told_apart
from federation.identity.models import DoNotLink, LinkReason
from federation.identity.reviews.closing import settled_by_one_id
from federation.identity.turns import wait_for_turn
from federation.settings import Settings


def merge(
    session: Session,
    one: str,
    other: str,
    *,
    reason: str,
    settings: Settings,
    by: str,
    at: datetime,
    seconded_by: str | None = None,
    despite_documents: bool = False,
) -> int:
    """Makes one person of those with the IDs `one` and `other`; gives the number of the act.

    `despite_documents` says that the steward knows that two resident identity numbers are named. Raises `NotFound`, `Invalid`
    for the same person, `ReasonMissing`, and `StateForbids` where it is not free (`Merger.refuse_unless_free`) or another
    steward has to agree.
    """
    if not reason.strip():
        raise ReasonMissing("Say why these two are one person; it stays in the history.")
    wait_for_turn(session)
    merger = plan_merge(session, one, other, settings=settings)
    merger.refuse_unless_free(despite_documents=despite_documents)
    if merger.needs_two and seconded_by in (None, by):
        raise StateForbids("Somebody has verified both of them before, so two stewards have to agree.")
    act = Act(session, by=by, at=at)
    merger.carry_out(act, reason=reason, seconded_by=seconded_by)
    return act.finish()


@dataclass(frozen=True)
class Merger:
    """Two persons who are to become one, and what is in the way."""

    survivor: Person
    loser: Person
    told_apart: tuple[DoNotLink, ...]

    @property
    def needs_two(self) -> bool:
        """Whether somebody has looked at both before, so that one steward must not decide alone."""
        return self.survivor.is_verified and self.loser.is_verified

    @property
    def documents_differ(self) -> bool:
        """Whether each names a resident identity number of its own."""
        return self.survivor.shows_other_resident_id_than(self.loser)

    def refuse_unless_free(self, *, despite_documents: bool = False, despite_told_apart: bool = False) -> None:
        """Raises `StateForbids` where somebody said that they are two, or their documents do; each may be known, and wrong."""
        if self.told_apart and not despite_told_apart:
            raise StateForbids(
                "Somebody decided that registrations of these two are of different people. "
                "If that was wrong, take it back first."
            )
        if self.documents_differ and not despite_documents:
            raise StateForbids(
                "They name two different resident identity numbers. Have the documents seen; "
                "if it is one person still, say that you merge them despite that."
            )

    def carry_out(self, act: Act, *, reason: str | None, seconded_by: str | None = None) -> None:
        """Moves the links, leads the loser's IDs to the survivor, and takes back and closes what stood between the two."""
        to = self.survivor.volunteer_id
        body = {
            "loser": self.loser.volunteer_id,
            "reason": reason,
            "seconded_by": seconded_by,
            "documents_differ": self.documents_differ,
        }
        act.note(Happening(type=IdentityEventType.MERGED, volunteer_id=to, body=body))
        for pair in self.told_apart:
            act.let_together(pair, reason="merged")
        take_over(act, self.loser, to=to, because=LinkReason.STEWARD)


def plan_merge(session: Session, one: str, other: str, *, settings: Settings) -> Merger:
    """Who would survive whom. Raises `NotFound` for an unknown ID, and `Invalid` where both are of one person."""
    first, second = (find_person(session, volunteer_id, settings=settings) for volunteer_id in (one, other))
    if first.volunteer_id == second.volunteer_id:
        raise Invalid("%(one)s and %(other)s are of one person already.", field="volunteer_id", one=one, other=other)
    issued = issue_numbers(session, [first.volunteer_id, second.volunteer_id])
    survivor, loser = sorted((first, second), key=lambda person: issued[person.volunteer_id])
    return Merger(survivor, loser, tuple(told_apart(session, survivor.registration_ids, loser.registration_ids)))


def take_over(
    act: Act,
    person: Person,
    *,
    to: str,
    because: LinkReason,
    weight: float | None = None,
    model_version: str | None = None,
) -> None:
    """Moves the person's links under another ID, leads all its IDs there, and closes what was asked about the two."""
    for member in person.members:
        act.move(member.link, to, because=because, weight=weight, model_version=model_version)
    for alias in (*person.aliases, person.volunteer_id):
        act.lead(alias, to=to)
    for review in settled_by_one_id(act.session, person.registration_ids):
        act.close(review)
