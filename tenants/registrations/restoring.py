"""How does a district get registrations back that it lost?

The hub gives back what it was told: everything but the document's number, which never left. Its token did, so the person is
known as before; the number comes back with the next import of the register. Where that was imported again too early, the new
registration has the register's number, and the one that comes back is known by its own id.
"""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.documents import DocumentFlaw, DocumentKind
from sync.mailbox.facts import Fact
from tenants.registrations.models import FIRST_TOKEN_VERSION, Registration


def restore_registrations(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Brings registrations (`RegistrationState`) to the state that the hub holds."""
    row = Registration
    ids = {uuid.UUID(fact.key) for fact in facts}
    numbers = {fact.data.local_number or fact.key for fact in facts}
    found = session.scalars(select(row).where(row.id.in_(ids) | row.local_number.in_(numbers))).all()
    held = {registration.id: registration for registration in found}
    numbered = {registration.local_number: registration.id for registration in found}
    for fact in facts:
        registration = held.get(uuid.UUID(fact.key)) or Registration(id=uuid.UUID(fact.key), version=0)
        if registration.version < fact.version:
            number = fact.data.local_number or fact.key
            is_free = numbered.setdefault(number, registration.id) == registration.id
            _restore(registration, fact, local_number=number if is_free else fact.key)
            session.add(registration)


def _restore(registration: Registration, fact: Fact, *, local_number: str) -> None:
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
    registration.subject = data.subject
    registration.name = data.name
    registration.gender, registration.phone = data.gender, data.phone
    registration.birth_date = date.fromisoformat(data.birth_date) if data.birth_date else None
    registration.registered_on = date.fromisoformat(data.registered_on)
    registration.organization_id = uuid.UUID(data.organization_id)
    registration.version, registration.recorded_at = fact.version, fact.time
