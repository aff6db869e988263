"""Which registration is meant?"""

import re
import unicodedata
import uuid
from collections.abc import Collection

from cryptography.fernet import MultiFernet
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from tenants.errors import NotFound
from tenants.registrations.documents import masked
from tenants.registrations.models import Registration

MIN_PHONE_TAIL = 4


def search(session: Session, organizations: Collection[uuid.UUID], words: str, *, limit: int) -> list[Registration]:
    """The registrations of `organizations` that `words` may mean: part of a name, a local number, a volunteer ID however it is
    spaced, or the last four or more digits of a telephone. Those of exactly that name or number come first.
    """
    text = unicodedata.normalize("NFKC", words).strip()
    exact = or_(Registration.name == words.strip(), Registration.local_number == text)
    query = registrations_seen(organizations).where(or_(*_meanings(words.strip(), text)))
    return list(session.scalars(query.order_by(exact.desc(), Registration.name, Registration.id).limit(limit)))


def registration_seen(session: Session, registration_id: uuid.UUID, organizations: Collection[uuid.UUID]) -> Registration:
    """The registration; raises `NotFound` where it is in none of `organizations`, too."""
    found = session.scalars(registrations_seen(organizations).where(Registration.id == registration_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such volunteer where you may look.")
    return found


def registrations_seen(organizations: Collection[uuid.UUID]) -> Select[Registration]:
    """The registrations of `organizations`, with their organization loaded."""
    seen = select(Registration).where(Registration.organization_id.in_(organizations))
    return seen.options(joinedload(Registration.organization))


def masked_document(registration: Registration, cipher: MultiFernet) -> str | None:
    """The document's number for the screen: first and last characters only."""
    number = registration.document_number
    return masked(cipher.decrypt(number).decode()) if number else None


def _meanings(written: str, text: str) -> list[ColumnElement[bool]]:
    meanings = [
        Registration.name.contains(written, autoescape=True),
        Registration.local_number == text,
        Registration.local_number == text.upper(),
    ]
    digits = re.sub(r"[\s\-]", "", text)
    if digits.isdecimal():
        meanings.append(Registration.volunteer_id == digits)
        if len(digits) >= MIN_PHONE_TAIL:
            meanings.append(Registration.phone.endswith(digits))
    return meanings
