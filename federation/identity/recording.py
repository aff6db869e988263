"""How does the hub keep what districts say about their registrations?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.errors import HeldElsewhere
from federation.identity.keys.retiring import retired_versions
from federation.identity.keys.rewrapping import rewrap_those_of
from federation.identity.models import Registration, RegistrationDocument
from federation.identity.persons import sealing, tokens
from federation.identity.persons.sealing import Person
from federation.settings import Settings
from federation.versions import newest
from sync.databases import bulk
from sync.mailbox.facts import Fact


@dataclass(frozen=True)
class Recorded:
    """A registration as it now stands: its person, and the hub's tokens of the documents that it names."""

    registration_id: str
    is_new: bool
    person: Person
    tokens: frozenset[bytes]


def record_registrations(session: Session, district: str, facts: Sequence[Fact], *, settings: Settings) -> list[Recorded]:
    """Keeps the newest version of each registration that `facts` (`RegistrationState`) describe; gives those that changed.

    Raises `HeldElsewhere` where another district has the registration, and `Invalid` where a token is none.
    """
    held = _held_versions(session, district, {fact.key for fact in facts})
    fresh = [fact for fact in newest(facts) if (fact.epoch, fact.version) > held.get(fact.key, (0, 0))]
    retired = retired_versions(session)
    documents = [row for fact in fresh for row in _document_rows(fact, settings.token_keys, retired)]
    rewrap_those_of(session, {document.token for fact in fresh for document in fact.data.documents}, settings.token_keys)
    bulk.keep_newest(session, Registration, [_row(district, fact, settings) for fact in fresh])
    changed = [fact.key for fact in fresh if fact.key in held]
    if changed:
        session.execute(
            delete(RegistrationDocument)
            .where(bulk.among(session, RegistrationDocument.registration_id, changed))
            .execution_options(synchronize_session=False)
        )
    bulk.append(session, RegistrationDocument, documents)
    named: dict[str, set[bytes]] = {fact.key: set() for fact in fresh}
    for row in documents:
        named[row["registration_id"]].add(row["token"])
    return [
        Recorded(fact.key, fact.key not in held, sealing.person_of(fact.data), frozenset(named[fact.key])) for fact in fresh
    ]


def _held_versions(session: Session, district: str, registration_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    held = Registration
    rows = session.execute(
        select(held.registration_id, held.district, held.epoch, held.version).where(
            bulk.among(session, held.registration_id, list(registration_ids))
        )
    ).all()
    if any(row.district != district for row in rows):
        raise HeldElsewhere(f"{district} speaks about a registration of another district; that district must correct it.")
    return {row.registration_id: (row.epoch, row.version) for row in rows}


def _row(district: str, fact: Fact, settings: Settings) -> dict[str, object]:
    return {
        "registration_id": fact.key,
        "district": district,
        "organization_id": fact.data.organization_id,
        "person": sealing.seal(sealing.person_of(fact.data), settings.field_cipher),
        "gender": None,
        "registered_on": fact.data.registered_on,
        "document_flaw": fact.data.document_flaw,
        "document_disagrees": ",".join(fact.data.document_disagrees) or None,
        "epoch": fact.epoch,
        "version": fact.version,
    }


def _document_rows(fact: Fact, hub_keys: Sequence[bytes], retired: Collection[int]) -> Iterable[dict[str, Any]]:
    named = (document for document in fact.data.documents if document.key_version not in retired)
    by_token = {tokens.wrap(document.token, hub_keys): document for document in named}
    return [
        {
            "registration_id": fact.key,
            "token": token,
            "kind": document.kind,
            "key_version": document.key_version,
            "hub_key_version": len(hub_keys),
        }
        for token, document in by_token.items()
    ]
