"""How does a district get registrations back that it lost?

The hub gives back what it was told: everything but the document's number, which never left. Its token did, so the person is
known as before; the number comes back with the next import of the register.

Where the register was imported again too early, or somebody opened another registration online, one person has two. The one
that was there first is theirs again, with the register's number and as whom the hub knows them: hours hang on it, and the next
import is to find it. The other one stays, known by its own id.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.documents import DocumentFlaw, DocumentKind
from sync.mailbox.facts import Fact
from tenants.registrations.models import FIRST_TOKEN_VERSION, Registration


def restore_registrations(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Brings registrations (`RegistrationState`) to the state that the hub holds.

    One whose number is somebody else's by now is known by its own id.
    """
    row = Registration
    ids = {uuid.UUID(fact.key) for fact in facts}
    numbers = {_number(fact) for fact in facts}
    subjects = {fact.data.subject for fact in facts if fact.data.subject is not None}
    theirs = row.id.in_(ids) | row.local_number.in_(numbers) | row.subject.in_(subjects)
    found = session.scalars(select(row).where(theirs)).all()
    held = {registration.id: registration for registration in found}
    lost = [fact for fact in facts if uuid.UUID(fact.key) not in held or held[uuid.UUID(fact.key)].version < fact.version]
    # Ids grow, so whoever was there first comes first.
    lost.sort(key=lambda fact: fact.key)
    _make_way(found, lost)
    session.flush()
    numbered = {registration.local_number: registration.id for registration in found}
    opened = {registration.subject: registration.id for registration in found}
    for fact in lost:
        registration = held.get(uuid.UUID(fact.key)) or Registration(id=uuid.UUID(fact.key), version=0)
        number, subject = _number(fact), fact.data.subject
        if numbered.setdefault(number, registration.id) != registration.id:
            number = fact.key
        if opened.setdefault(subject, registration.id) != registration.id:
            subject = None
        _restore(registration, fact, local_number=number, subject=subject)
        session.add(registration)


def _make_way(found: Iterable[Registration], lost: Iterable[Fact]) -> None:
    """Takes from registrations that were entered since what belongs to those of the same persons that come back.

    Of who opened both online the hub has said that they are one person.
    """
    numbered = {other.local_number: other for other in found}
    opened = {other.subject: other for other in found if other.subject is not None}
    for fact in lost:
        id_ = uuid.UUID(fact.key)
        other = numbered.get(_number(fact))
        if other is not None and id_ < other.id and _is_of_one_person(other, fact):
            other.local_number = str(other.id)
        other = opened.get(fact.data.subject)
        if other is not None and id_ < other.id:
            other.subject = None


def _is_of_one_person(other: Registration, fact: Fact) -> bool:
    """Whether what comes back is of the same person as `other`: a register may have given the number to somebody else."""
    tokens = {document.token for document in fact.data.documents}
    return other.name == fact.data.name and (not tokens or other.document_token in tokens | {None})


def _number(fact: Fact) -> str:
    return str(fact.data.local_number or fact.key)


def _restore(registration: Registration, fact: Fact, *, local_number: str, subject: str | None) -> None:
    data = fact.data
    # While the federation goes over to another key, one document is told under both.
    document = max(data.documents, key=lambda one: one.key_version, default=None)
    if registration.document_token not in {one.token for one in data.documents}:
        registration.document_number = None
    registration.document_kind = DocumentKind(document.kind) if document else None
    registration.document_token = document and document.token
    registration.document_token_version = document.key_version if document else FIRST_TOKEN_VERSION
    registration.document_flaw = DocumentFlaw(data.document_flaw) if data.document_flaw else None
    registration.document_disagrees = ",".join(data.document_disagrees) or None
    registration.local_number = local_number
    registration.subject = subject
    registration.name = data.name
    registration.gender, registration.phone = data.gender, data.phone
    registration.birth_date = date.fromisoformat(data.birth_date) if data.birth_date else None
    registration.registered_on = date.fromisoformat(data.registered_on)
    registration.organization_id = uuid.UUID(data.organization_id)
    registration.version, registration.recorded_at = fact.version, fact.time
