"""Which registration is meant?"""

import re
import unicodedata
import uuid
from collections.abc import Collection

from cryptography.fernet import MultiFernet
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sync.documents import masked
from tenants.errors import NotFound, StaleVersion
from tenants.registrations.models import FormerVolunteerId, Registration

MIN_PHONE_TAIL = 4


def search(session: Session, organizations: Collection[uuid.UUID], words: str, *, limit: int) -> list[Registration]:
    """The registrations of `organizations` that `words` may mean: part of a name, a local number, a volunteer ID however it is
    spaced, now or formerly, or the last four or more digits of a telephone. Those of exactly that name or number come first.
    """
    text = unicodedata.normalize("NFKC", words).strip()
    exact = or_(
        Registration.name == words.strip(),
        Registration.local_number == text,
        Registration.volunteer_id.is_not_distinct_from(_closed_up(text)),
    )
    query = registrations_seen(organizations).where(or_(*_meanings(words.strip(), text)))
    return list(session.scalars(query.order_by(exact.desc(), Registration.name, Registration.id).limit(limit)))


def registration_seen(session: Session, registration_id: uuid.UUID, organizations: Collection[uuid.UUID]) -> Registration:
    """The registration; raises `NotFound` where it is in none of `organizations`, too."""
    found = session.scalars(registrations_seen(organizations).where(Registration.id == registration_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such volunteer where you may look.")
    return found


def registration_to_change(
    session: Session, registration_id: uuid.UUID, organizations: Collection[uuid.UUID], *, version: int | None = None
) -> Registration:
    """The registration, locked until the transaction ends.

    Raises `NotFound`, or `StaleVersion` where it is no longer in `version`.
    """
    registration = registration_seen(session, registration_id, organizations)
    session.refresh(registration, with_for_update={"of": Registration})
    if version not in (None, registration.version):
        raise StaleVersion("Somebody changed this registration since you looked. Look at it again.")
    return registration


def known_by(volunteer_id: str) -> ColumnElement[bool]:
    """The condition on registrations that their person has this volunteer ID, or had it once."""
    former = select(FormerVolunteerId.registration_id).where(FormerVolunteerId.volunteer_id == volunteer_id)
    return or_(Registration.volunteer_id == volunteer_id, Registration.id.in_(former))


def registrations_seen(organizations: Collection[uuid.UUID]) -> Select[Registration]:
    """The registrations of `organizations`, with their organization and former volunteer IDs loaded."""
    seen = select(Registration).where(Registration.organization_id.in_(organizations))
    return seen.options(joinedload(Registration.organization), selectinload(Registration.formerly))


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
    digits = _closed_up(text)
    if digits.isdecimal():
        meanings.append(known_by(digits))
        if len(digits) >= MIN_PHONE_TAIL:
            meanings.append(Registration.phone.endswith(digits))
    return meanings


def _closed_up(text: str) -> str:
    return re.sub(r"[\s\-]", "", text)
