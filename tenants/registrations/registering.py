"""How does a volunteer become registered in this district?"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from sync.documents import Document, DocumentKind, understand
from sync.uuids import new_uuid
from tenants.errors import Invalid
from tenants.organizations.models import Organization
from tenants.registrations.announcing import announce_registration, tokens_of
from tenants.registrations.models import FIRST_TOKEN_VERSION, Registration
from tenants.settings import Settings

_PHONE_NOISE = re.compile(r"[\s\-()]")
_PHONE_COUNTRY = re.compile(r"^(\+86|0086|86(?=1\d{10}$))")
GENDERS = ("M", "F")


@dataclass(frozen=True, kw_only=True)
class RegistrationDetails:
    """What somebody states about a volunteer: numbers and names as written, `gender` as `M` or `F`.

    Of whom the hub sent here it says as whom the hub knows them, `subject`, and their `volunteer_id`, where they had one: that
    counts for a new registration alone.
    """

    local_number: str
    name: str
    organization: Organization
    registered_on: date
    gender: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    document_kind: DocumentKind | None = None
    document_number: str | None = None
    subject: str | None = None
    volunteer_id: str | None = None


class Outcome(StrEnum):
    """What recording did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def record_registration(
    session: Session,
    details: RegistrationDetails,
    *,
    existing: Registration | None,
    settings: Settings,
    at: datetime,
    as_of: date | None = None,
) -> Outcome:
    """Opens a registration, or brings `existing` up to date, and tells the hub where anything changed.

    A document number that identifies nobody never keeps a volunteer out: the registration enters without a token, marked.
    What a valid resident identity number proves fills in what was left blank. `as_of` is the last day of which the
    details can speak, if that is not today. Raises `Invalid` where a value cannot stand.
    """
    today = as_of or at.astimezone(settings.time_zone).date()
    _refuse_impossible(details, today=today)
    document = _document(details, today=today)
    documents = tokens_of(document, settings)
    registration = existing or Registration(
        id=new_uuid(),
        local_number=details.local_number,
        subject=details.subject,
        volunteer_id=details.volunteer_id,
        version=0,
    )
    values = {
        "name": details.name,
        "organization_id": details.organization.id,
        "registered_on": details.registered_on,
        "birth_date": details.birth_date or (document and document.birth_date),
        "gender": details.gender or (document and document.gender),
        "phone": normal_phone(details.phone),
        "document_kind": document and document.kind,
        "document_number": _encrypted_number(existing, details, settings),
        "document_token": documents[-1].token if documents else None,
        "document_token_version": documents[-1].key_version if documents else FIRST_TOKEN_VERSION,
        "document_flaw": document and document.flaw,
        "document_disagrees": ",".join(disagreement(details, document)) or None,
    }
    if existing and all(getattr(existing, name) == value for name, value in values.items()):
        return Outcome.UNCHANGED
    for name, value in values.items():
        setattr(registration, name, value)
    registration.version += 1
    registration.recorded_at = at
    session.add(registration)
    announce_registration(session, registration, documents, settings=settings)
    return Outcome.CHANGED if existing else Outcome.CREATED


def normal_phone(written: str | None) -> str | None:
    """A telephone number in half width without spaces, dashes and the country code of China."""
    if not written:
        return None
    plain = _PHONE_NOISE.sub("", unicodedata.normalize("NFKC", written))
    return _PHONE_COUNTRY.sub("", plain) or None


def disagreement(details: RegistrationDetails, document: Document | None) -> list[str]:
    """The fields of which the document proves something else than was stated: `birth_date`, `gender`."""
    if document is None:
        return []
    return [
        name
        for name in ("birth_date", "gender")
        if getattr(details, name) and getattr(document, name) and getattr(details, name) != getattr(document, name)
    ]


def _refuse_impossible(details: RegistrationDetails, *, today: date) -> None:
    if not details.local_number.strip():
        raise Invalid("The registration has no number.", field="local_number", rule="missing")
    if not details.name.strip():
        raise Invalid("The registration has no name.", field="name", rule="missing")
    if details.gender not in (None, *GENDERS):
        raise Invalid("The gender is neither M nor F.", field="gender")
    if details.birth_date and details.birth_date > today:
        raise Invalid("The birth date lies in the future.", field="birth_date", rule="in_the_future")
    if details.registered_on > today:
        raise Invalid("The day of registration lies in the future.", field="registered_on", rule="in_the_future")


def _document(details: RegistrationDetails, *, today: date) -> Document | None:
    if not details.document_number:
        return None
    if details.document_kind is None:
        raise Invalid("The document has a number but no kind.", field="document_kind")
    return understand(details.document_kind, details.document_number, today=today)


def _encrypted_number(existing: Registration | None, details: RegistrationDetails, settings: Settings) -> bytes | None:
    """The number as stored: encryption is random, so a number that did not change keeps the bytes that it has."""
    if not details.document_number:
        return None
    number = details.document_number.encode()
    if existing and existing.document_number and settings.field_cipher.decrypt(existing.document_number) == number:
        return existing.document_number
    return settings.field_cipher.encrypt(number)
