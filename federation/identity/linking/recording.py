"""How does the hub keep what districts say about their registrations?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.errors import HeldElsewhere
from federation.identity.keys.rewrapping import rewrap_those_of
from federation.identity.keys.standing import key_versions
from federation.identity.matching import keys
from federation.identity.matching.counting import counted
from federation.identity.matching.deciding import Known, NamedDocument
from federation.identity.matching.models import CandidateKey
from federation.identity.models import Link, PersonTotal, Registration, RegistrationDocument
from federation.identity.persons import sealing, tokens
from federation.identity.persons.features import features_of
from federation.settings import Settings
from federation.versions import newest
from sync.databases import bulk, lookups
from sync.mailbox.facts import Fact


@dataclass(frozen=True)
class Recorded:
    """A registration as it now stands, and whether it has its volunteer ID already.

    Of one that `is_new` nobody knew before, so nothing can have been said about it.
    """

    known: Known
    is_linked: bool
    is_new: bool = False


def record_registrations(session: Session, district: str, facts: Sequence[Fact], *, settings: Settings) -> list[Recorded]:
    """Keeps the newest version of each registration that `facts` (`RegistrationState`) describe; gives those that changed.

    Raises `HeldElsewhere` where another district has the registration, and `Invalid` where a token is none.
    """
    held = _held(session, district, {fact.key for fact in facts})
    fresh = [fact for fact in newest(facts) if fact.key not in held or (fact.epoch, fact.version) > _version(held[fact.key])]
    changed = [held[fact.key] for fact in fresh if fact.key in held]
    standing = key_versions(session)
    documents = [row for fact in fresh for row in _document_rows(fact, settings.token_keys, standing.retired)]
    told = {document.token for fact in fresh for document in fact.data.documents}
    rewrap_those_of(session, told, settings.token_keys, standing=standing)
    recorded = _as_recorded(district, fresh, documents, held)
    known = [one.known for one in recorded]
    gone = [features_of(sealing.unseal(row.person, settings.field_cipher)) for row in changed if row.keys_version]
    for column in (RegistrationDocument.registration_id, CandidateKey.registration_id):
        _forget(session, column, [row.registration_id for row in changed])
    new = sum(fact.key not in held for fact in fresh)
    bulk.write_all(
        session,
        bulk.newest(Registration, [_row(district, fact, settings) for fact in fresh]),
        bulk.new(RegistrationDocument, documents),
        _indexed(known, settings),
        counted([one.features for one in known], gone, key=settings.matching_key),
        bulk.sums(PersonTotal, [{"district": district, "registrations": new, "persons": 0}]),
    )
    return recorded


def _as_recorded(
    district: str, fresh: Sequence[Fact], documents: Iterable[Mapping[str, Any]], held: Mapping[str, Any]
) -> list[Recorded]:
    named: dict[str, set[NamedDocument]] = {fact.key: set() for fact in fresh}
    for row in documents:
        named[row["registration_id"]].add(NamedDocument(row["kind"], row["key_version"], row["token"]))
    return [
        Recorded(
            Known(fact.key, district, features_of(sealing.person_of(fact.data)), frozenset(named[fact.key])),
            is_linked=fact.key in held and held[fact.key].is_linked,
            is_new=fact.key not in held,
        )
        for fact in fresh
    ]


def index(session: Session, registrations: Sequence[Known], settings: Settings) -> None:
    """Lets registrations that are not counted yet be found by what they have in common with others, and counts that.

    They are not found any more by what they had before.
    """
    _forget(session, CandidateKey.registration_id, [known.registration_id for known in registrations])
    come = [known.features for known in registrations]
    bulk.write_all(session, _indexed(registrations, settings), counted(come, [], key=settings.matching_key))


def _indexed(registrations: Sequence[Known], settings: Settings) -> bulk.Part:
    """By what the registrations are found that have it in common with others."""
    rows = [
        {"key": key, "registration_id": known.registration_id}
        for known in registrations
        for key in keys.candidate_keys(known.features, settings.matching_key)
    ]
    return bulk.new(CandidateKey, rows)


def _held(session: Session, district: str, registration_ids: Collection[str]) -> dict[str, Any]:
    rows = _registrations.find(session, list(registration_ids))
    if any(row.district != district for row in rows):
        raise HeldElsewhere(f"{district} speaks about a registration of another district; that district must correct it.")
    return {row.registration_id: row for row in rows}


_registration, _link = Registration.__table__.c, Link.__table__.c
_its_link = select(_link.registration_id).where(_link.registration_id == _registration.registration_id).scalar_subquery()
_registrations = lookups.Lookup(
    (
        *(_registration[name] for name in ("registration_id", "district", "person", "keys_version", "epoch", "version")),
        _its_link.is_not(None).label("is_linked"),
    ),
    true(),
    _registration.registration_id,
)


def _version(held: Any) -> tuple[int, int]:
    return held.epoch, held.version


def _forget(session: Session, column: InstrumentedAttribute[str], registration_ids: Sequence[str]) -> None:
    """Removes what was kept of these registrations in the table that `column` is of."""
    if not registration_ids:
        return
    gone = delete(column.class_).where(lookups.among(session, column, registration_ids))
    session.execute(gone.execution_options(synchronize_session=False))


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
        "keys_version": keys.VERSION,
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
