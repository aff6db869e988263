"""What does a steward see of a registration?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import Organization
from federation.identity.matching.deciding import Known
from federation.identity.models import Registration
from federation.identity.persons import sealing
from federation.settings import Settings
from sync.databases import lookups

_SHOWN_AT_FRONT = 3
_SHOWN_AT_END = 4
_LONG_ENOUGH = 10


@dataclass(frozen=True)
class RegistrationShown:
    """A registration as a steward sees it: `person` with a masked phone, and the kinds of the documents that it names."""

    registration_id: str
    district: str
    organization: str | None
    registered_on: str
    person: sealing.Person
    document_kinds: tuple[str, ...]
    document_flaw: str | None
    document_disagrees: tuple[str, ...]


def shown_registrations(session: Session, known: Collection[Known], settings: Settings) -> dict[str, RegistrationShown]:
    """The registrations that are `known`, by their ids."""
    registration, organization = Registration, Organization
    its_own = (organization.district == registration.district) & (organization.organization_id == registration.organization_id)
    rows = session.execute(
        select(registration, organization.name)
        .outerjoin(organization, its_own)
        .where(lookups.among(session, registration.registration_id, [one.registration_id for one in known]))
    )
    kinds = {one.registration_id: tuple(sorted({document.kind for document in one.documents})) for one in known}
    return {held.registration_id: _shown(held, name, kinds[held.registration_id], settings) for held, name in rows}


def districts_of(session: Session, registration_ids: Sequence[str]) -> dict[str, str]:
    """The code of the district that has each of these registrations."""
    registration = Registration
    query = select(registration.registration_id, registration.district).where(
        lookups.among(session, registration.registration_id, registration_ids)
    )
    return {registration_id: district for registration_id, district in session.execute(query)}  # noqa: C416 - rows are no pairs


def masked(phone: str | None) -> str | None:
    """A telephone number of which enough is hidden that nobody can call it; two that are alike still look alike."""
    if phone is None:
        return None
    if len(phone) < _LONG_ENOUGH:
        return "*" * len(phone)
    return phone[:_SHOWN_AT_FRONT] + "*" * (len(phone) - _SHOWN_AT_FRONT - _SHOWN_AT_END) + phone[-_SHOWN_AT_END:]


def _shown(held: Registration, organization: str | None, kinds: tuple[str, ...], settings: Settings) -> RegistrationShown:
    person = sealing.unseal(held.person, settings.field_cipher)
    return RegistrationShown(
        held.registration_id,
        held.district,
        organization,
        held.registered_on,
        msgspec.structs.replace(person, phone=masked(person.phone)),
        kinds,
        held.document_flaw,
        tuple(held.document_disagrees.split(",")) if held.document_disagrees else (),
    )
