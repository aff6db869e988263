"""How does a district get registrations back that it lost?

The hub gives back what it was told: everything but the document's number, which never left. Its token did, so the person is
known as before; the number comes back with the next import of the register.
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
    ids = {uuid.UUID(fact.key) for fact in facts}
    held = {found.id: found for found in session.scalars(select(Registration).where(Registration.id.in_(ids)))}
    for fact in facts:
        registration = held.get(uuid.UUID(fact.key)) or Registration(id=uuid.UUID(fact.key), version=0)
        if registration.version < fact.version:
            _restore(registration, fact)
            session.add(registration)


def _restore(registration: Registration, fact: Fact) -> None:
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
    registration.local_number = data.local_number or fact.key
    registration.subject = data.subject
    registration.name = data.name
    registration.gender, registration.phone = data.gender, data.phone
    registration.birth_date = date.fromisoformat(data.birth_date) if data.birth_date else None
    registration.registered_on = date.fromisoformat(data.registered_on)
    registration.organization_id = uuid.UUID(data.organization_id)
    registration.version, registration.recorded_at = fact.version, fact.time
