"""How is a registration put right at the desk?"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.documents import DocumentKind
from tenants.errors import Invalid, ReasonMissing
from tenants.registrations.models import LONGEST_CORRECTION_REASON, Registration, RegistrationCorrection
from tenants.registrations.registering import Outcome, RegistrationDetails, record_registration
from tenants.registrations.wording import refuse_number
from tenants.settings import Settings

_FIELDS = ("name", "gender", "birth_date", "phone", "document_kind", "document_number")


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
    session: Session,
    registration: Registration,
    right: Correction,
    *,
    reason: str,
    settings: Settings,
    by: str,
    at: datetime,
) -> Outcome:
    """Brings the registration to what is right, tells the hub, and keeps who did it and why.

    Raises `ReasonMissing`, or `Invalid` where a value cannot stand, or the reason is too long or holds a document's number.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing("Say why the registration is corrected; it stays beside it.")
    if len(reason) > LONGEST_CORRECTION_REASON:
        message = "The reason is longer than %(most)s characters. Shorten it."
        raise Invalid(message, field="reason", most=LONGEST_CORRECTION_REASON)
    refuse_number(reason, registration, field="reason", settings=settings)
    before = {name: getattr(registration, name) for name in _FIELDS}
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
    outcome = record_registration(session, details, existing=registration, settings=settings, at=at)
    if outcome is Outcome.CHANGED:
        changed = ",".join(name for name, value in before.items() if getattr(registration, name) != value)
        version = registration.version
        session.add(
            RegistrationCorrection(
                registration_id=registration.id, version=version, changed=changed, by=by, reason=reason, at=at
            )
        )
    return outcome


def corrections_of(session: Session, registration_id: uuid.UUID) -> Sequence[RegistrationCorrection]:
    """Who put the registration right, and why; the newest first."""
    correction = RegistrationCorrection
    query = select(correction).where(correction.registration_id == registration_id)
    return session.scalars(query.order_by(correction.version.desc())).all()


def _number(registration: Registration, right: Correction, settings: Settings) -> str | None:
    if right.document_number:
        return right.document_number
    if right.document_kind is None:
        return None
    if registration.document_number is None:
        # After a loss the city gives back the token alone; without the number the next correction would lose that as well.
        raise Invalid("The number of this document is not known here. Enter it as it stands there.", field="document_number")
    return settings.field_cipher.decrypt(registration.document_number).decode()
