"""How does a registration come under its volunteer ID?

Whole batches are linked at once, one transaction after another, each registration as if it had come alone: also by those of the
batch that were linked before it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from sqlalchemy.orm import Session

from federation.identity.asking.asking import conclude
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, events_of
from federation.identity.linking.gathering import Neighbourhood, follow, gather
from federation.identity.linking.issuing import promised_ids, unused_ids
from federation.identity.linking.recording import Recorded, record_registrations
from federation.identity.linking.telling import tell_link
from federation.identity.matching.deciding import Asked, Decision, Finding, Known, Pair, ReviewKind, decide
from federation.identity.matching.judging import Judge, current_judge
from federation.identity.models import Link, LinkReason, PersonTotal, Volunteer
from federation.identity.reviews.closing import close_after_correction
from federation.identity.reviews.drawing import is_sampled
from federation.identity.reviews.opening import Question, open_reviews
from federation.identity.turns import wait_for_turn
from federation.settings import Settings
from federation.versions import newest
from sync.databases import bulk
from sync.mailbox.facts import Fact

RULE = "matching"
"""Who decided, where no person did."""

SignedIn: TypeAlias = Callable[[Session, str, Collection[str]], Mapping[str, str]]
"""Gives the volunteer IDs of those among some subjects (OpenID Connect's `sub`) whom the hub has signed in at a district."""

_FIRST_VERSION = 1
REASONS = {Finding.DOCUMENT: LinkReason.DOCUMENT, Finding.ALIKE: LinkReason.LIKENESS}
"""Why a registration joins somebody, by what comparing the two came to."""


class JoinLate(Protocol):
    """Lets a registration that is a person of its own join somebody after all (`merging.joining_late`)."""

    def __call__(self, session: Session, registration_id: str, *, settings: Settings, at: datetime) -> bool:
        """Compares it with everybody once more; gives whether it has joined anybody."""


def link_registrations(
    session: Session,
    district: str,
    facts: Sequence[Fact],
    *,
    settings: Settings,
    now: Callable[[], datetime],
    signed_in: SignedIn,
    join_late: JoinLate,
) -> None:
    """Records the registrations in `facts` (`RegistrationState`), links the new ones, and tells `district` their IDs.

    A link stays when a registration is corrected, also where it is like another person from then on: hours and certificates may
    have been shown under its ID. A steward is asked then. Where the settings say so, new ones wait for `link_waiting` instead.
    Whoever opened one while they were `signed_in` has it under their own ID, and waits for nothing.
    """
    wait_for_turn(session)
    recorded = record_registrations(session, district, facts, settings=settings)
    opened = {fact.key: fact.data.subject for fact in newest(facts) if fact.data.subject}
    known = signed_in(session, district, set(opened.values())) if opened else {}
    theirs = {registration_id: known[subject] for registration_id, subject in opened.items() if subject in known}
    due = [one for one in recorded if settings.links_on_arrival or one.is_linked or one.known.registration_id in theirs]
    link(session, due, settings=settings, at=now(), join_late=join_late, theirs=theirs)


def link(
    session: Session,
    recorded: Sequence[Recorded],
    *,
    settings: Settings,
    at: datetime,
    join_late: JoinLate,
    theirs: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Links those of `recorded` that are not linked, and asks about the others what there is to ask, in the caller's turn.

    `theirs` has the volunteer IDs of people who opened one of them while they were signed in. Whoever joins somebody and is
    certainly a person of one registration as well lets that one `join_late`.
    """
    if not recorded:
        return
    judge, neighbourhood = _surroundings(session, recorded, settings)
    unlinked = sum(not one.is_linked for one in recorded)
    batch = _Batch(judge, iter(unused_ids(session, unlinked, province=settings.province)), at=at)
    promised = promised_ids(session, theirs.values())
    for one in recorded:
        subject = neighbourhood.as_compared(one.known)
        said = None if one.is_linked else theirs.get(subject.registration_id)
        own = said or neighbourhood.volunteer_ids.get(subject.registration_id)
        decision = _decide(subject, neighbourhood, judge, own=own)
        if said:
            neighbourhood.settle(one.known, batch.link_as_said(subject, said, is_promised=said in promised))
            promised.discard(said)
        elif not one.is_linked:
            neighbourhood.settle(one.known, batch.link(subject, decision, neighbourhood.volunteer_ids))
        batch.ask(subject, decision, neighbourhood.volunteer_ids, is_linked=own is not None)
        for other in () if own else decision.as_certain:
            if neighbourhood.is_alone(other.registration_id):
                batch.write(session)
                batch = _Batch(judge, batch.ids, at=at)
                if join_late(session, other.registration_id, settings=settings, at=at):
                    follow(session, neighbourhood, other.registration_id, settings=settings)
    batch.write(session)


def look_again(session: Session, known: Known, *, volunteer_id: str, settings: Settings) -> tuple[Decision, Judge]:
    """Whose a registration with this ID would be if it came only now, and by what that was judged."""
    judge, neighbourhood = _surroundings(session, [Recorded(known, is_linked=True)], settings)
    return _decide(neighbourhood.as_compared(known), neighbourhood, judge, own=volunteer_id), judge


def would_join(session: Session, known: Known, volunteer_id: str, *, settings: Settings) -> bool:
    """Whether a machine would let a registration join this person if it came only now, and nobody else was like it."""
    judge, neighbourhood = _surroundings(session, [Recorded(known, is_linked=True)], settings)
    return _decide(neighbourhood.as_compared(known), neighbourhood, judge, only=volunteer_id).join is not None


def evidence_of(joined: Pair, judge: Judge) -> dict[str, Any]:
    """What the history keeps of a pair by which a registration joined somebody."""
    return {
        "with": joined.other.registration_id,
        "agreeing": joined.agreeing,
        "weight": joined.score.weight,
        "fields": joined.score.evidence,
        "model": judge.model.version,
        "policy": judge.policy.version,
    }


def _surroundings(session: Session, recorded: Sequence[Recorded], settings: Settings) -> tuple[Judge, Neighbourhood]:
    judge = current_judge(session, [one.known.features for one in recorded], key=settings.matching_key)
    return judge, gather(session, recorded, most_candidates=judge.policy.most_candidates, settings=settings)


def _decide(
    subject: Known, neighbourhood: Neighbourhood, judge: Judge, *, own: str | None = None, only: str | None = None
) -> Decision:
    """Whose a registration is: of anybody but `own`, whose it is already, or of the one person `only`."""
    candidates, is_crowded = neighbourhood.candidates(subject)
    persons = neighbourhood.persons(candidates, but=own)
    return decide(
        subject,
        candidates,
        {one: members for one, members in persons.items() if only in (None, one)},
        apart=neighbourhood.apart,
        is_crowded=is_crowded,
        scored=judge.score,
        policy=judge.policy,
    )


@dataclass
class _Batch:
    """What becomes of a batch, until it is written at once."""

    judge: Judge
    ids: Iterator[str]
    at: datetime
    districts: dict[str, str] = field(default_factory=dict)
    volunteers: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    corrected: dict[str | None, set[str | None]] = field(default_factory=dict)

    def link(self, subject: Known, decision: Decision, volunteer_ids: Mapping[str, str]) -> str:
        """Puts a registration under the ID of whom it joins, or under one of its own; gives that ID."""
        joined = decision.join
        if joined:
            volunteer_id = volunteer_ids[joined.other.registration_id]
            reason = REASONS[joined.finding]
        else:
            volunteer_id = self._issue(subject, next(self.ids))
            reason = LinkReason.PROVISIONAL if decision.asked else LinkReason.FIRST
        self._link(
            subject,
            volunteer_id,
            {
                "own_volunteer_id": None if joined else volunteer_id,
                "weight": joined.score.weight if joined else None,
                "model_version": self.judge.model.version if joined else None,
            },
            because=reason,
            evidence=evidence_of(joined, self.judge) if joined else {},
        )
        return volunteer_id

    def link_as_said(self, subject: Known, volunteer_id: str, *, is_promised: bool) -> str:
        """Puts a registration under the ID of who opened it, signed in; gives that ID.

        Where it `is_promised`, this is the person's first registration, and the ID is issued for it.
        """
        own = self._issue(subject, volunteer_id) if is_promised else None
        self._link(subject, volunteer_id, {"verified": True, "own_volunteer_id": own}, because=LinkReason.SIGN_IN)
        self._note(IdentityEventType.VERIFIED, subject, volunteer_id, {})
        return volunteer_id

    def ask(self, subject: Known, decision: Decision, volunteer_ids: Mapping[str, str], *, is_linked: bool) -> None:
        """Asks a steward what a machine must not decide: of a registration that has its ID, also whom it would have joined.

        Of the links that were made here a few are shown to a steward as well.
        """
        asked = decision.questions if is_linked else decision.asked
        if not is_linked and decision.join and is_sampled(subject.registration_id):
            asked = (Asked(ReviewKind.SAMPLE, decision.join), *asked)
        self.questions += [Question(subject.registration_id, one) for one in asked]
        # Where there were too many to compare, nothing shows that an older question is settled.
        if is_linked and all(one.kind is not ReviewKind.CROWDED for one in asked):
            beside = {volunteer_ids[one.pair.other.registration_id] if one.pair else None for one in asked}
            self.corrected[subject.registration_id] = beside

    def write(self, session: Session) -> None:
        """Writes everything, and announces the new links to their districts."""
        closed = close_after_correction(session, self.corrected)
        conclude(session, [happening.body["review"] for happening in closed], at=self.at)
        self.happenings += closed
        self.happenings += open_reviews(
            session,
            self.questions,
            model_version=self.judge.model.version,
            policy_version=self.judge.policy.version,
            at=self.at,
        )
        persons = Counter(volunteer["district"] for volunteer in self.volunteers)
        bulk.write_all(
            session,
            bulk.new(Volunteer, self.volunteers),
            bulk.new(Link, self.links),
            events_of(session, self.happenings, by=RULE, at=self.at),
            bulk.sums(
                PersonTotal,
                [{"district": district, "registrations": 0, "persons": count} for district, count in persons.items()],
            ),
        )
        for link in self.links:
            registration_id = link["registration_id"]
            tell_link(session, self.districts[registration_id], registration_id, link["volunteer_id"], link["version"])

    def _link(
        self,
        subject: Known,
        volunteer_id: str,
        values: Mapping[str, Any],
        *,
        because: LinkReason,
        evidence: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        usual = {
            "registration_id": subject.registration_id,
            "volunteer_id": volunteer_id,
            "own_volunteer_id": None,
            "reason": because,
            "by": RULE,
            "weight": None,
            "model_version": None,
            "verified": False,
            "version": _FIRST_VERSION,
            "linked_at": self.at,
        }
        self.links.append(usual | dict(values))
        self.districts[subject.registration_id] = subject.district
        self._note(IdentityEventType.LINKED, subject, volunteer_id, {"reason": because, **evidence})

    def _issue(self, subject: Known, volunteer_id: str) -> str:
        self.volunteers.append({"volunteer_id": volunteer_id, "district": subject.district, "issued_at": self.at})
        self._note(IdentityEventType.ISSUED, subject, volunteer_id, {"district": subject.district})
        return volunteer_id

    def _note(self, type: IdentityEventType, subject: Known, volunteer_id: str, body: Mapping[str, Any]) -> None:
        self.happenings.append(
            Happening(type=type, volunteer_id=volunteer_id, registration_id=subject.registration_id, body=dict(body))
        )
