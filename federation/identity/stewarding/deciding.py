"""What follows from a steward's answer?

*Same* merges the two persons, or verifies the link where they are one; *different* keeps them apart, or splits them where they
are one. A share of what was answered is asked of somebody else, who is not told the answer. Where the two disagree, somebody
third decides.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import Invalid, ReasonMissing, StateForbids
from federation.identity.matching.deciding import ReviewKind
from federation.identity.matching.policies import current_policy
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.merging.members import Person, person_of
from federation.identity.merging.merging import Merger, plan_merge
from federation.identity.merging.previewing import Preview, preview_split
from federation.identity.merging.splitting import plan_split
from federation.identity.merging.undoing import undo
from federation.identity.models import Link
from federation.identity.reviews.closing import between
from federation.identity.reviews.drawing import is_seconded
from federation.identity.reviews.models import Review, ReviewDecision, ReviewNeed, ReviewState
from federation.identity.reviews.opening import open_between, open_follow_up
from federation.identity.stewarding.finding import answered_before, review_of
from federation.identity.turns import wait_for_turn
from federation.settings import Settings


def decide(
    session: Session,
    number: int,
    decision: ReviewDecision,
    *,
    settings: Settings,
    by: str,
    at: datetime,
    reason: str | None = None,
    despite_documents: bool = False,
    batch: int | None = None,
) -> Review:
    """Answers the review `number`, and does what follows; gives the review, which then may wait for a second steward.

    `batch` is of many that are answered at once, without a look at each (`auditing.accepting`).
    Raises `NotFound`, `ReasonMissing` for *different* without one, `Invalid` where a review about one registration alone is
    answered with *same*, and `StateForbids` where it was answered, where this steward answered before, or where a merge is not
    free (`Merger.refuse_unless_free`).
    """
    reason = (reason or "").strip()
    if decision is ReviewDecision.DIFFERENT and not reason:
        raise ReasonMissing("Say why these are of different people; it stays in the history.")
    wait_for_turn(session)
    review = review_of(session, number)
    review.refuse_unless_pending()
    if by in answered_before(session, review):
        raise StateForbids("You have answered this once. Another steward has to look at it.")
    answer = _Answer(Act(session, by=by, at=at), review, decision, reason, settings, despite_documents, batch)
    answer.give()
    answer.act.finish()
    return review


def merge_or_propose(
    session: Session,
    one: str,
    other: str,
    *,
    reason: str,
    settings: Settings,
    by: str,
    at: datetime,
    despite_documents: bool = False,
) -> Review | None:
    """Merges the persons with these IDs or, where two stewards have to agree, opens a review for the second; gives that.

    Raises what `merging.merge` raises.
    """
    if not reason.strip():
        raise ReasonMissing("Say why these two are one person; it stays in the history.")
    wait_for_turn(session)
    merger = plan_merge(session, one, other, settings=settings)
    act = Act(session, by=by, at=at)
    merger.refuse_unless_free(despite_documents=despite_documents)
    if not merger.needs_two:
        merger.carry_out(act, reason=reason)
        act.finish()
        return None
    review = _review_between(act, merger)
    act.second(review)
    act.finish()
    return review


def need(session: Session, number: int, what: ReviewNeed | None, *, at: datetime) -> Review:
    """Lets a review wait until a document was seen, or no more (None). Raises `NotFound` and `StateForbids`."""
    review = review_of(session, number)
    review.wait_for(what, at=at)
    return review


def preview_different(session: Session, number: int, *, settings: Settings) -> Preview | None:
    """What *different* would split; None where the two are not under one ID, or nothing follows from the answer.

    Raises `NotFound`.
    """
    review = review_of(session, number)
    other = review.other_registration_id
    if other is None or review.kind is ReviewKind.SECOND:
        return None
    person = person_of(session, review.registration_id, settings=settings)
    if other not in person.registration_ids:
        return None
    off = _with_its_documents(person, review.registration_id, other)
    return preview_split(session, person.volunteer_id, off, settings=settings)


def undo_decision(session: Session, number: int, *, by: str, at: datetime) -> Review:
    """Takes back the newest answer to a review, with all that followed from it. Raises `NotFound` and `StateForbids`."""
    wait_for_turn(session)
    review = review_of(session, number)
    if review.act is None:
        raise StateForbids("Nobody has answered review %(review)s yet.", review=number)
    undo(session, review.act, by=by, at=at)
    return review


@dataclass(frozen=True)
class _Answer:
    """A steward's answer, and the act that it is."""

    act: Act
    review: Review
    decision: ReviewDecision
    reason: str
    settings: Settings
    despite_documents: bool
    batch: int | None

    def give(self) -> None:
        """Does what follows from the answer."""
        review, other = self.review, self.review.other_registration_id
        if review.kind is ReviewKind.SECOND:
            self._compare()
        elif other is None:
            if self.decision is ReviewDecision.SAME:
                raise Invalid("Merge the two persons to say who it is; this review asks about one alone.", field="decision")
            self._decide()
        elif self.decision is ReviewDecision.SAME:
            self._same(self._person(review.registration_id), self._person(other))
        else:
            self._different(self._person(review.registration_id), self._person(other), other)

    def _person(self, registration_id: str) -> Person:
        return person_of(self.act.session, registration_id, settings=self.settings)

    def _decide(self) -> None:
        review = self.review
        # Where two have agreed already, or have disagreed before, nobody else is asked.
        is_first = review.follows is None and review.first_decision_by is None
        self.act.decide(review, self.decision, reason=self.reason or None, batch=self.batch)
        if is_first and review.other_registration_id and is_seconded(review.number):
            self._ask_once_more(ReviewKind.SECOND)

    def _ask_once_more(self, kind: ReviewKind) -> None:
        self.act.note(open_follow_up(self.act.session, self.review, kind, at=self.act.at))

    def _compare(self) -> None:
        """Beside the answer that somebody else gave; nothing else follows from this one."""
        self.act.decide(self.review, self.decision, reason=self.reason or None)
        first = self.act.session.get_one(Review, self.review.follows)
        if first.state is ReviewState.DECIDED and first.decision is not self.decision:
            self._ask_once_more(ReviewKind.POSSIBLE)

    def _same(self, person: Person, other: Person) -> None:
        act, review = self.act, self.review
        if person.volunteer_id == other.volunteer_id:
            self._decide()
            act.verify(act.session.get_one(Link, review.registration_id))
            return
        proposed_by = review.first_decision_by
        merger = plan_merge(act.session, person.volunteer_id, other.volunteer_id, settings=self.settings)
        # Whoever settles what two stewards disagree about knows that one of them said so.
        merger.refuse_unless_free(despite_documents=self.despite_documents, despite_told_apart=review.follows is not None)
        if merger.needs_two and proposed_by is None:
            act.second(review)
            return
        self._decide()
        merger.carry_out(act, reason=self.reason or f"review {review.number}", seconded_by=proposed_by)

    def _different(self, person: Person, other: Person, other_registration_id: str) -> None:
        act, review = self.act, self.review
        self._decide()
        if person.volunteer_id == other.volunteer_id:
            off = _with_its_documents(person, review.registration_id, other_registration_id)
            separation = plan_split(act.session, person.volunteer_id, off, settings=self.settings)
            separation.carry_out(act, reason=self.reason, settings=self.settings)
            return
        standing = ApartStanding(by=act.by, reason=self.reason, since=act.at)
        act.keep_apart(review.registration_id, other_registration_id, standing)
        for asked in between(act.session, person.registration_ids, other.registration_ids):
            act.close(asked)


def _with_its_documents(person: Person, registration_id: str, other_registration_id: str) -> list[str]:
    """The registration with those of the person that name one of its documents, but for the other one."""
    [subject] = [member for member in person.members if member.registration_id == registration_id]
    return [
        member.registration_id
        for member in person.members
        if member.registration_id != other_registration_id
        if member is subject or member.shares_document_with(subject)
    ]


def _review_between(act: Act, merger: Merger) -> Review:
    """The review in which a second steward is asked about two persons: one that is open, or a new one."""
    survivor, loser = merger.survivor.registration_ids, merger.loser.registration_ids
    for asked in between(act.session, survivor, loser):
        return asked
    policy = current_policy(act.session)
    review, opened = open_between(act.session, loser[0], survivor[0], policy_version=policy.version, at=act.at)
    act.note(opened)
    return review
