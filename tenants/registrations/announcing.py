"""What does the hub hear of a registration?"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.registrations import REGISTRATION_RECORDED, DocumentToken, RegistrationState
from sync.documents import Document, token
from tenants.mailbox import log
from tenants.registrations.models import Registration
from tenants.settings import Settings


def announce_registration(
    session: Session, registration: Registration, documents: Sequence[DocumentToken], *, settings: Settings
) -> None:
    """Tells the hub the registration as it now stands, with the tokens of its document and never the number."""
    state = RegistrationState(
        registration_id=str(registration.id),
        organization_id=str(registration.organization_id),
        name=registration.name,
        registered_on=registration.registered_on.isoformat(),
        birth_date=registration.birth_date.isoformat() if registration.birth_date else None,
        gender=registration.gender,
        phone=registration.phone,
        documents=tuple(documents),
        document_flaw=registration.document_flaw.value if registration.document_flaw else None,
        local_number=registration.local_number,
        document_disagrees=registration.disagreements,
        subject=registration.subject,
    )
    log.announce(
        session,
        streams.up(settings.district),
        type=REGISTRATION_RECORDED,
        key=state.registration_id,
        version=registration.version,
        data=state,
    )


def tokens_of(document: Document | None, settings: Settings) -> tuple[DocumentToken, ...]:
    """The document's token under each key of the federation that counts, the newest last; none where it identifies nobody."""
    if document is None or document.number is None:
        return ()
    return tuple(
        DocumentToken(kind=document.kind.value, key_version=version, token=token(document, key, key_version=version))
        for version, key in settings.token_keys.items()
    )
