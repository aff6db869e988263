"""How does a registration get its volunteer ID?

Whole batches are linked at once, one transaction after another: two that looked for the same document side by side would
each find nobody and issue two IDs to one person.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from federation.identity.issuing import unused_ids
from federation.identity.matching import Decision, Holder, decide
from federation.identity.models import (
    IdentityEvent,
    IdentityEventType,
    Link,
    PersonTotal,
    Registration,
    RegistrationDocument,
    Volunteer,
)
from federation.identity.persons.features import features_of
from federation.identity.persons.sealing import unseal
from federation.identity.recording import Recorded, record_registrations
from federation.mailbox import log
from federation.settings import Settings
from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VolunteerIdState
from sync.databases import bulk
from sync.databases.turns import take_turn
from sync.mailbox.facts import Fact

RULE = "document rule, version 1"
CLAIM_RULE = "claims of districts, version 1"
_FIRST_VERSION = 1
_TURN = 0x6C696E6B


def link_registrations(
    session: Session, district: str, facts: Sequence[Fact], *, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Records the registrations in `facts` (`RegistrationState`), links the new ones, and tells `district` their IDs.

    A link stays when a registration is corrected, also where it names another document from then on: hours and certificates
    may have been shown under its ID. Where the correction agrees with another person, that is noted for a steward to decide.
    """
    wait_for_turn(session)
    recorded = record_registrations(session, district, facts, settings=settings)
    if not recorded:
        return
    holders = _holders(session, recorded, settings)
    ids = iter(unused_ids(session, sum(registration.is_new for registration in recorded), province=settings.province))
    links = _Links(district, at=now())
    for registration in recorded:
        features = features_of(registration.person)
        others = [holder for token in registration.tokens for holder in holders[token]]
        own = next((holder for holder in others if holder.registration_id == registration.registration_id), None)
        decision = decide(features, [holder for holder in others if holder is not own], has_document=bool(registration.tokens))
        if registration.is_new:
            volunteer_id = links.link(registration, decision, ids)
            for token in registration.tokens:
                holders[token].append(Holder(registration.registration_id, volunteer_id, features))
        elif own is not None:
            links.note_match(own, decision)
    links.write(session)


def tell_links(session: Session, which: ColumnElement[bool]) -> None:
    """Tells the districts whose registrations these links are of them again, in a new version."""
    session.execute(update(Link).where(which).values(version=Link.version + 1))
    rows = session.execute(
        select(Registration.district, Link.registration_id, Link.volunteer_id, Link.version)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(which)
        .order_by(Link.registration_id)
    )
    for district, registration_id, volunteer_id, version in rows:
        _tell(session, district, registration_id, volunteer_id, version)


def wait_for_turn(session: Session) -> None:
    """Lets whoever changes links do so alone."""
    take_turn(session.connection(), _TURN)


def _holders(session: Session, recorded: Iterable[Recorded], settings: Settings) -> dict[bytes, list[Holder]]:
    """The linked registrations that name each of the tokens in question."""
    wanted = {token for registration in recorded for token in registration.tokens}
    holders: dict[bytes, list[Holder]] = defaultdict(list)
    document, registration, link = RegistrationDocument, Registration, Link
    rows = session.execute(
        select(document.token, registration.registration_id, link.volunteer_id, registration.person)
        .join(registration, registration.registration_id == document.registration_id)
        .join(link, link.registration_id == document.registration_id)
        .where(bulk.among(session, document.token, list(wanted)))
    )
    for token, registration_id, volunteer_id, person in rows:
        features = features_of(unseal(person, settings.field_cipher))
        holders[token].append(Holder(registration_id, volunteer_id, features))
    return holders


@dataclass
class _Links:
    """The links of one batch, until they are written together."""

    district: str
    at: datetime
    volunteers: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def link(self, registration: Recorded, decision: Decision, ids: Iterable[str]) -> str:
        """Puts a registration under the ID that was decided, or under the next of `ids`; gives that ID."""
        if decision.holder:
            volunteer_id = decision.holder.volunteer_id
        else:
            volunteer_id = next(iter(ids))
            self.volunteers.append({"volunteer_id": volunteer_id, "issued_at": self.at})
            self._note(IdentityEventType.ISSUED, volunteer_id, registration.registration_id, {})
        self.links.append(
            {
                "registration_id": registration.registration_id,
                "volunteer_id": volunteer_id,
                "reason": decision.reason,
                "version": _FIRST_VERSION,
                "linked_at": self.at,
            }
        )
        self._note(IdentityEventType.LINKED, volunteer_id, registration.registration_id, _evidence(decision))
        return volunteer_id

    def note_match(self, own: Holder, decision: Decision) -> None:
        """Notes that a registration which has its ID agrees with another person, too."""
        matched = {*decision.others, *([decision.holder.volunteer_id] if decision.holder else [])}
        if matched - {own.volunteer_id}:
            self._note(IdentityEventType.MATCHED_LATER, own.volunteer_id, own.registration_id, _evidence(decision))

    def write(self, session: Session) -> None:
        """Writes everything, and announces the new links to the district."""
        bulk.append(session, Volunteer, self.volunteers)
        bulk.append(session, Link, self.links)
        if self.events:
            session.execute(insert(IdentityEvent), self.events)
        counts = {"district": self.district, "registrations": len(self.links), "persons": len(self.volunteers)}
        bulk.add_up(session, PersonTotal, [counts])
        for link in self.links:
            _tell(session, self.district, link["registration_id"], link["volunteer_id"], link["version"])

    def _note(self, type: IdentityEventType, volunteer_id: str, registration_id: str, evidence: dict[str, Any]) -> None:
        self.events.append(
            {
                "type": type,
                "volunteer_id": volunteer_id,
                "registration_id": registration_id,
                "by": RULE,
                "evidence": evidence,
                "at": self.at,
            }
        )


def _tell(session: Session, district: str, registration_id: str, volunteer_id: str, version: int) -> None:
    log.announce(
        session,
        streams.down(district),
        type=VOLUNTEER_ID_ASSIGNED,
        key=registration_id,
        version=version,
        data=VolunteerIdState(registration_id=registration_id, volunteer_id=volunteer_id),
    )


def _evidence(decision: Decision) -> dict[str, Any]:
    return {
        "reason": decision.reason,
        "registration_id": decision.holder and decision.holder.registration_id,
        "volunteer_id": decision.holder and decision.holder.volunteer_id,
        "agreeing": decision.agreeing,
        "others": decision.others,
    }
