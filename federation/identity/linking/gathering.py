"""Who is there that a registration may be of the same person as?

Everybody is looked up for a whole batch at once; what the batch itself links joins them one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import true
from sqlalchemy.orm import Session

from federation.identity.linking.recording import Recorded
from federation.identity.matching.deciding import Known, NamedDocument
from federation.identity.matching.frequencies import MOST_SHARING_A_PHONE
from federation.identity.matching.keys import candidate_keys, phone_key
from federation.identity.matching.models import CandidateKey
from federation.identity.matching.policies import MOST_LOOKED_UP
from federation.identity.models import DoNotLink, Link, Registration, RegistrationDocument
from federation.identity.persons.features import features_of
from federation.identity.persons.sealing import unseal
from federation.identity.persons.tokens import wrap_further
from federation.settings import Settings
from sync.databases import lookups


@dataclass
class Neighbourhood:
    """The registrations that a batch may be like, their persons as a whole, and who must not be linked."""

    matching_key: bytes
    most_candidates: int
    known: dict[str, Known] = field(default_factory=dict)
    volunteer_ids: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_token: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_key: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    apart: set[frozenset[str]] = field(default_factory=set)

    def as_compared(self, known: Known) -> Known:
        """The registration as others are compared with it: a telephone that many share is left out."""
        key = phone_key(known.features, self.matching_key)
        if key is not None and len(self.by_key[key] - {known.registration_id}) >= MOST_SHARING_A_PHONE:
            return replace(known, features=msgspec.structs.replace(known.features, phone=""))
        return known

    def candidates(self, subject: Known) -> tuple[set[str], bool]:
        """Whom to compare `subject` with; and whether there are more of them than can be compared."""
        found = set[str]().union(*(self.by_token[token] for token in subject.tokens))
        is_crowded = False
        for key in candidate_keys(subject.features, self.matching_key):
            sharing = self.by_key[key] - {subject.registration_id}
            if len(sharing) > self.most_candidates:
                is_crowded = True
            else:
                found |= sharing
        return (found & self.known.keys()) - {subject.registration_id}, is_crowded

    def persons(self, candidates: Collection[str], *, but: str | None) -> dict[str, list[Known]]:
        """The persons whom the candidates are, with all their registrations; `but` is the person who is asked about."""
        ids = {self.volunteer_ids[candidate] for candidate in candidates} - {but}
        return {volunteer_id: [self.known[member] for member in sorted(self.members[volunteer_id])] for volunteer_id in ids}

    def settle(self, known: Known, volunteer_id: str) -> None:
        """Lets those that come later find this one, which has its ID now."""
        for key in candidate_keys(known.features, self.matching_key):
            self.by_key[key].add(known.registration_id)
        self.place(known, volunteer_id)

    def place(self, known: Known, volunteer_id: str) -> None:
        """Takes note of whose a registration is; by what else than a document it is found is known already."""
        self.known[known.registration_id] = known
        self.volunteer_ids[known.registration_id] = volunteer_id
        self.members[volunteer_id].add(known.registration_id)
        for token in known.tokens:
            self.by_token[token].add(known.registration_id)

    def is_alone(self, registration_id: str) -> bool:
        """Whether its person has no other registration."""
        return len(self.members[self.volunteer_ids[registration_id]]) == 1

    def move(self, known: Known, volunteer_id: str) -> None:
        """Takes note of whose a registration is that may have been somebody else's before."""
        if before := self.volunteer_ids.get(known.registration_id):
            self.members[before].discard(known.registration_id)
        self.place(known, volunteer_id)


def gather(session: Session, recorded: Sequence[Recorded], *, most_candidates: int, settings: Settings) -> Neighbourhood:
    """Everybody whom a registration in `recorded` may be, and those themselves where they are linked already."""
    found = Neighbourhood(settings.matching_key, most_candidates)
    all_features = [one.known.features for one in recorded]
    keys = {key for features in all_features for key in candidate_keys(features, settings.matching_key)}
    phones = {phone_key(features, settings.matching_key) for features in all_features}
    for key, registration_id in _by_key.find(session, list(keys)):
        found.by_key[key].add(registration_id)
    # Nobody is found by a telephone that many share, and of a million registrations those are hundreds: they need not be read.
    few = (
        sharing
        for key, sharing in found.by_key.items()
        if len(sharing) <= (MOST_SHARING_A_PHONE if key in phones else most_candidates)
    )
    linked = {one.known.registration_id for one in recorded if one.is_linked}
    newcomers = {one.known.registration_id for one in recorded if not one.is_linked}
    candidates = linked.union(*few, _with_documents(session, recorded)) - newcomers
    for known, volunteer_id in _persons_of(session, candidates, settings):
        found.place(known, volunteer_id)
    if not all(one.is_new for one in recorded):
        found.apart = _told_apart(session, found.known.keys() | newcomers)
    return found


def follow(session: Session, neighbourhood: Neighbourhood, registration_id: str, *, settings: Settings) -> None:
    """Takes note that a registration has come to another person, of whom everything is known from now on."""
    members = _persons_of(session, [registration_id], settings)
    for known, volunteer_id in members:
        neighbourhood.move(known, volunteer_id)
    neighbourhood.apart |= _told_apart(session, [known.registration_id for known, _ in members])


_keys, _pairs = CandidateKey.__table__.c, DoNotLink.__table__.c
_link, _registration, _document = (model.__table__ for model in (Link, Registration, RegistrationDocument))
_described = _registration.outerjoin(_document, _document.c.registration_id == _registration.c.registration_id)
_description = (
    *(_registration.c[name] for name in ("registration_id", "district", "person")),
    *(_document.c[name] for name in ("kind", "key_version", "token", "hub_key_version")),
)
_by_key = lookups.Lookup((_keys.key, _keys.registration_id), true(), _keys.key, most=MOST_LOOKED_UP)
_by_token = lookups.Lookup((_document.c.registration_id,), true(), _document.c.token)
_registrations = lookups.Lookup(_description, true(), _registration.c.registration_id, tables=_described)
_id_of = lookups.Lookup((_link.c.volunteer_id,), true(), _link.c.registration_id)
_members_of = lookups.Lookup(
    (*_description, _link.c.volunteer_id),
    true(),
    _link.c.volunteer_id,
    tables=_link.join(_described, _registration.c.registration_id == _link.c.registration_id),
)
_pairs_of = lookups.Lookup((_pairs.one, _pairs.other), true(), _pairs.one)


def _with_documents(session: Session, recorded: Sequence[Recorded]) -> Iterable[str]:
    tokens = {token for registration in recorded for token in registration.known.tokens}
    return (row.registration_id for row in _by_token.find(session, list(tokens)))


def _persons_of(session: Session, candidates: Collection[str], settings: Settings) -> list[tuple[Known, str]]:
    """All registrations of everybody of whom one is among the candidates, with the ID of each."""
    ids = {row.volunteer_id for row in _id_of.find(session, list(candidates))}
    rows = _members_of.find(session, list(ids))
    whose = {row.registration_id: row.volunteer_id for row in rows}
    return [(known, whose[known.registration_id]) for known in _as_compared(rows, settings)]


def read_known(session: Session, registration_ids: Sequence[str], settings: Settings) -> dict[str, Known]:
    """Registrations as they are compared, with their documents under the hub's newest key."""
    rows = _registrations.find(session, registration_ids)
    return {known.registration_id: known for known in _as_compared(rows, settings)}


def read_compared(session: Session, registration_ids: Sequence[str], settings: Settings) -> dict[str, Known]:
    """The same as others are compared with them: without a telephone that many share."""
    known = read_known(session, registration_ids, settings)
    found = Neighbourhood(settings.matching_key, most_candidates=0)
    phones = {phone_key(one.features, settings.matching_key) for one in known.values()} - {None}
    for key, registration_id in _by_key.find(session, list(phones)):
        found.by_key[key].add(registration_id)
    return {registration_id: found.as_compared(one) for registration_id, one in known.items()}


def _as_compared(rows: Sequence[Any], settings: Settings) -> Iterator[Known]:
    """The registrations in rows of a `_description`: one for each document, or one without."""
    documents: dict[str, set[NamedDocument]] = {row.registration_id: set() for row in rows}
    for row in rows:
        if row.token is not None:
            token = wrap_further(row.token, settings.token_keys, version=row.hub_key_version)
            documents[row.registration_id].add(NamedDocument(row.kind, row.key_version, token))
    for registration_id, row in {row.registration_id: row for row in rows}.items():
        features = features_of(unseal(row.person, settings.field_cipher))
        yield Known(registration_id, row.district, features, frozenset(documents[registration_id]))


def _told_apart(session: Session, registration_ids: Collection[str]) -> set[frozenset[str]]:
    if len(registration_ids) == 1:
        return set()
    return {frozenset((pair.one, pair.other)) for pair in _pairs_of.find(session, list(registration_ids))}
