"""How does a change of who is who reach the tables and the history as one?

An act consists of a few kinds of step. Each changes one row, and writes down what the row had before; so every act can be taken
back, and the tables follow from the history.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from federation.identity.asking.asking import conclude
from federation.identity.asking.waiting import wait_for_answers
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.linking.telling import tell_links
from federation.identity.models import DoNotLink, Link, LinkReason, PersonTotal, Volunteer, VolunteerAlias
from federation.identity.reviews.models import Review, ReviewDecision, ReviewStanding
from sync.databases import bulk, lookups


class LinkStanding(msgspec.Struct, frozen=True, kw_only=True):
    """All that a link says beside whose the registration is, and which ID was issued for it."""

    reason: LinkReason
    by: str
    weight: float | None
    model_version: str | None
    verified: bool
    linked_at: datetime


class ApartStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Who said when and why that two registrations are of different people."""

    by: str
    reason: str
    since: datetime


class Act:
    """One thing that somebody does, until `finish` writes it. What is noted first gives the act its number.

    Whoever begins one has the turn (`federation.identity.turns`).
    """

    def __init__(self, session: Session, *, by: str, at: datetime) -> None:
        self.session = session
        self.by = by
        self.at = at
        self._happenings: list[Happening] = []
        self._moved: list[str] = []
        self._decided: list[Review] = []
        self._settled: list[Review] = []
        self._persons: Counter[str] = Counter()

    def finish(self) -> int:
        """Writes the history, counts the persons of each district, and tells districts what moved and is asked no more.

        Gives the act's number.
        """
        self.session.flush()
        number = write(self.session, self._happenings, by=self.by, at=self.at)
        for review in self._decided:
            review.act = number
        counts = [
            {"district": district, "registrations": 0, "persons": difference}
            for district, difference in self._persons.items()
            if difference
        ]
        bulk.add_up(self.session, PersonTotal, counts)
        if self._moved:
            tell_links(self.session, lookups.among(self.session, Link.registration_id, self._moved))
        conclude(self.session, [review.number for review in self._settled], at=self.at)
        return number

    def note(self, happening: Happening) -> None:
        """Writes down something that changes no row by itself."""
        self._happenings.append(replace(happening, part_of_act=bool(self._happenings)))

    def issue(self, volunteer_id: str, registration_id: str, *, district: str) -> None:
        """A volunteer ID that nobody had, for a registration, which is to be moved under it."""
        self.session.add(Volunteer(volunteer_id=volunteer_id, district=district, issued_at=self.at))
        self.session.flush()
        self.session.get_one(Link, registration_id).own_volunteer_id = volunteer_id
        self._persons[district] += 1
        self._step(IdentityEventType.ISSUED, volunteer_id, registration_id, district=district)

    def move(
        self,
        link: Link,
        to: str,
        *,
        because: LinkReason = LinkReason.STEWARD,
        weight: float | None = None,
        model_version: str | None = None,
    ) -> None:
        """A registration comes under another ID; it is verified by that where a steward says so.

        Where a machine compared, `weight` (bits) and `model_version` say what it found.
        """
        has = LinkStanding(
            reason=because,
            by=self.by,
            weight=weight,
            model_version=model_version,
            verified=link.verified or because is LinkReason.STEWARD,
            linked_at=self.at,
        )
        self.put(link, to, has)

    def put(self, link: Link, to: str, has: LinkStanding) -> None:
        """A registration comes under another ID, and its link says the rest as well."""
        had, source = msgspec.convert(link, LinkStanding, from_attributes=True), link.volunteer_id
        link.volunteer_id = to
        for name, value in msgspec.structs.asdict(has).items():
            setattr(link, name, value)
        self._moved.append(link.registration_id)
        self._step(IdentityEventType.MOVED, to, link.registration_id, **{"from": source}, had=had, has=has)

    def lead(self, volunteer_id: str, *, to: str, since: datetime | None = None) -> None:
        """An ID becomes an alias of a person or, where it is one already, leads to another."""
        alias = self.session.get(VolunteerAlias, volunteer_id)
        had = None
        if alias is None:
            alias = VolunteerAlias(alias=volunteer_id, volunteer_id=to, since=since or self.at)
            self.session.add(alias)
            self._persons[self._district_of(volunteer_id)] -= 1
        else:
            had = alias.volunteer_id
            alias.volunteer_id = to
        self.session.flush()
        self._step(IdentityEventType.ALIASED, volunteer_id, None, to=to, had=had)

    def lift(self, volunteer_id: str) -> None:
        """An alias is a person's own ID again."""
        alias = self.session.get_one(VolunteerAlias, volunteer_id)
        self._step(IdentityEventType.UNALIASED, volunteer_id, None, had=alias.volunteer_id, since=alias.since)
        self.session.delete(alias)
        self.session.flush()
        self._persons[self._district_of(volunteer_id)] += 1

    def keep_apart(self, one: str, other: str, standing: ApartStanding) -> None:
        """Two registrations are of different people; nothing happens where that has been said."""
        first, second = sorted((one, other))
        if self.session.get(DoNotLink, (first, second)) is None:
            self.session.add(DoNotLink(one=first, other=second, **msgspec.structs.asdict(standing)))
            self._step(IdentityEventType.DO_NOT_LINK_SET, None, first, other=second, has=standing)

    def let_together(self, pair: DoNotLink, *, reason: str) -> None:
        """It is taken back that two registrations are of different people."""
        had = ApartStanding(by=pair.by, reason=pair.reason, since=pair.since)
        self._step(IdentityEventType.DO_NOT_LINK_CLEARED, None, pair.one, other=pair.other, had=had, reason=reason)
        self.session.delete(pair)
        self.session.flush()

    def verify(self, link: Link) -> None:
        """A steward lets a link stand; nothing happens where one did before."""
        if not link.verified:
            link.verified = True
            self._step(IdentityEventType.VERIFIED, link.volunteer_id, link.registration_id)

    def unverify(self, link: Link) -> None:
        """That is taken back."""
        link.verified = False
        self._step(IdentityEventType.UNVERIFIED, link.volunteer_id, link.registration_id)

    def second(self, review: Review) -> None:
        """The first of two stewards wants to merge."""
        had = review.standing
        review.propose(by=self.by)
        self._review_step(IdentityEventType.REVIEW_SECONDING, review, had)
        self._decided.append(review)

    def decide(self, review: Review, decision: ReviewDecision, *, reason: str | None, batch: int | None = None) -> None:
        """A steward answers a review, in a `batch` without having looked at it."""
        had = review.standing
        review.decide(decision, reason=reason, by=self.by, at=self.at, batch=batch)
        self._review_step(IdentityEventType.REVIEW_DECIDED, review, had)
        self._decided.append(review)
        self._settled.append(review)

    def close(self, review: Review) -> None:
        """What a review asked about is no more."""
        had = review.standing
        review.become_obsolete()
        self._review_step(IdentityEventType.REVIEW_OBSOLETE, review, had)
        self._settled.append(review)

    def reopen(self, review: Review, standing: ReviewStanding) -> None:
        """A review is as it was, but for a district that was asked: what it owed was withdrawn."""
        review.restore(standing)
        wait_for_answers(self.session, review, at=self.at)
        self.note(
            Happening(
                type=IdentityEventType.REVIEW_REOPENED,
                registration_id=review.registration_id,
                body={"review": review.number, "state": standing.state},
            )
        )

    def _district_of(self, volunteer_id: str) -> str:
        return self.session.get_one(Volunteer, volunteer_id).district

    def _step(self, type: IdentityEventType, volunteer_id: str | None, registration_id: str | None, **body: Any) -> None:
        self.note(Happening(type=type, volunteer_id=volunteer_id, registration_id=registration_id, body=body))

    def _review_step(self, type: IdentityEventType, review: Review, had: ReviewStanding) -> None:
        answer = {"decision": review.decision, "reason": review.reason, "batch": review.batch}
        self._step(type, None, review.registration_id, review=review.number, **answer, had=had)
