"""How do the documents of all registrations come under the federation's next key?

The district makes the tokens anew from the numbers that it keeps, and tells the hub both, so that a registration meets those of
districts that have not come so far. Chunk by chunk; what is done stays done.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from sync.contracts.registrations import DocumentToken
from sync.documents import understand
from tenants.registrations.announcing import announce_registration, tokens_of
from tenants.registrations.models import Registration
from tenants.settings import Settings


@dataclass(frozen=True)
class Chunk:
    """One step: how many registrations were told anew, and the one at which it ended."""

    renewed: int
    last: uuid.UUID


def renew_next(session: Session, *, after: uuid.UUID | None, limit: int, settings: Settings) -> Chunk | None:
    """Renews the tokens of the next `limit` registrations behind `after`; None where there are no more."""
    row = Registration
    query = select(row).where(*_older(settings), row.document_number.is_not(None)).order_by(row.id).limit(limit)
    if after is not None:
        query = query.where(row.id > after)
    # Whoever corrects one of them at a desk meanwhile comes before, or after.
    registrations = session.scalars(query.with_for_update()).all()
    if not registrations:
        return None
    renewed = [_renew(session, registration, settings) for registration in registrations]
    return Chunk(sum(renewed), registrations[-1].id)


def count_older(session: Session, settings: Settings) -> int:
    """How many registrations name a document under an older key alone."""
    return session.scalar(select(func.count()).select_from(Registration).where(*_older(settings))) or 0


def _older(settings: Settings) -> Sequence[ColumnElement[bool]]:
    row = Registration
    return row.document_token.is_not(None), row.document_token_version < max(settings.token_keys)


def _renew(session: Session, registration: Registration, settings: Settings) -> bool:
    documents = _documents(registration, settings)
    if not documents:
        return False
    newest = documents[-1]
    registration.document_token, registration.document_token_version = newest.token, newest.key_version
    registration.version += 1
    announce_registration(session, registration, documents, settings=settings)
    return True


def _documents(registration: Registration, settings: Settings) -> tuple[DocumentToken, ...]:
    if registration.document_kind is None or registration.document_number is None:
        return ()
    number = settings.field_cipher.decrypt(registration.document_number).decode()
    # That its date had passed was seen when it was entered.
    return tokens_of(understand(registration.document_kind, number, today=date.max), settings)
