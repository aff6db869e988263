"""How is a registration put right at the desk?"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sync.documents import DocumentKind
from tenants.errors import Invalid
from tenants.registrations.models import Registration
from tenants.registrations.registering import Outcome, RegistrationDetails, record_registration
from tenants.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is right of a volunteer, as `RegistrationDetails` has it.

    Without `document_number` the number stays that is there; without `document_kind` the volunteer has shown no document.
    """

    name: str
    gender: str | None
    birth_date: date | None
    phone: str | None
    document_kind: DocumentKind | None
    document_number: str | None


def correct_registration(
    session: Session, registration: Registration, right: Correction, *, settings: Settings, at: datetime
) -> Outcome:
    """Brings the registration to what is right, and tells the hub. Raises `Invalid` where a value cannot stand."""
    details = RegistrationDetails(
        local_number=registration.local_number,
        name=right.name,
        organization=registration.organization,
        registered_on=registration.registered_on,
        gender=right.gender,
        birth_date=right.birth_date,
        phone=right.phone,
        document_kind=right.document_kind,
        document_number=_number(registration, right, settings),
    )
    return record_registration(session, details, existing=registration, settings=settings, at=at)


def _number(registration: Registration, right: Correction, settings: Settings) -> str | None:
    if right.document_number:
        return right.document_number
    if right.document_kind is None:
        return None
    if registration.document_number is None:
        # After a loss the city gives back the token alone; without the number the next correction would lose that as well.
        raise Invalid("The number of this document is not known here. Enter it as it stands there.", field="document_number")
    return settings.field_cipher.decrypt(registration.document_number).decode()
