"""Which registrations may be those of somebody who wants an account?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from federation.accounts.addresses import Address, AddressKind
from federation.accounts.models import Account
from federation.identity.aliases import aliases_of, resolve
from federation.identity.models import Link, Registration, RegistrationDocument
from federation.identity.persons import tokens
from federation.identity.persons.normalising import normal_phone
from federation.identity.persons.sealing import Person, unseal
from federation.settings import Settings
from sync.databases import lookups
from sync.documents import DocumentKind, token, understand


@dataclass(frozen=True)
class Known:
    """Somebody whom a district has registered: under which volunteer ID, and what its registration says of them."""

    volunteer_id: str
    registration_id: str
    district: str
    person: Person


def known_by_document(
    session: Session, kind: DocumentKind, number: str, *, phone: Address, settings: Settings, at: datetime
) -> Known | None:
    """Who is registered with this document and this telephone number; None also where several persons are.

    The number becomes its token here, and is kept nowhere.
    """
    if phone.kind is not AddressKind.PHONE:
        return None
    found = [known for known in _with_document(session, kind, number, settings, at) if _has_phone(known, phone)]
    return found[0] if len({known.volunteer_id for known in found}) == 1 else None


def known_by_registration(session: Session, registration_id: str, *, settings: Settings) -> Known | None:
    """Who a registration is of; None where it is not linked."""
    row = session.execute(_linked().where(Registration.registration_id == registration_id)).one_or_none()
    return _known(row, settings) if row else None


def account_of(session: Session, volunteer_id: str) -> Account | None:
    """The account of the person with this volunteer ID, now or formerly; the oldest where two became one."""
    survivor = resolve(session, volunteer_id)
    ids = [survivor, *aliases_of(session, survivor)]
    query = select(Account).where(lookups.among(session, Account.volunteer_id, ids)).order_by(Account.created_at).limit(1)
    return session.scalars(query).one_or_none()


def can_look(settings: Settings) -> bool:
    """Whether the hub has the federation's key, under which alone documents can be looked for."""
    return settings.joining.token_key is not None


def _with_document(session: Session, kind: DocumentKind, number: str, settings: Settings, at: datetime) -> Sequence[Known]:
    document = understand(kind, number, today=at.astimezone(settings.time_zone).date())
    if document.number is None:
        return []
    joining = settings.joining
    keys = {joining.token_key_version: joining.token_key, joining.token_key_version + 1: joining.next_token_key}
    said = [token(document, key, key_version=version) for version, key in keys.items() if key]
    # What is stored may not be under the newest of the hub's keys yet.
    newest = range(1, len(settings.token_keys) + 1)
    stored = [tokens.wrap(one, settings.token_keys[:version]) for one in said for version in newest]
    named = select(RegistrationDocument.registration_id).where(lookups.among(session, RegistrationDocument.token, stored))
    rows = session.execute(_linked().where(Registration.registration_id.in_(named)))
    return [_known(row, settings) for row in rows]


def _linked() -> Select[str, str, str, bytes]:
    link, registration = Link, Registration
    return select(link.volunteer_id, registration.registration_id, registration.district, registration.person).join(
        registration, registration.registration_id == link.registration_id
    )


def _known(row: Any, settings: Settings) -> Known:
    return Known(row.volunteer_id, row.registration_id, row.district, unseal(row.person, settings.field_cipher))


def _has_phone(known: Known, phone: Address) -> bool:
    return normal_phone(known.person.phone) == normal_phone(phone.value)
