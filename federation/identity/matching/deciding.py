"""Whose is a registration that came, and what has a steward to say about it?

Everything here is a pure function of who is there; in which order they are looked at changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from federation.identity.matching.policies import Policy
from federation.identity.matching.scoring import Score
from federation.identity.persons.features import Features

RESIDENT_ID = "resident_id"
_AGREEING = ("name", "pinyin", "birth_date")


class NamedDocument(NamedTuple):
    """A document that a registration names: its kind, and the hub's token of it, both of a key's version."""

    kind: str
    key_version: int
    token: bytes


@dataclass(frozen=True)
class Known:
    """A registration as others are compared with it."""

    registration_id: str
    district: str
    features: Features
    documents: frozenset[NamedDocument]

    @property
    def tokens(self) -> frozenset[bytes]:
        """The tokens of its documents."""
        return frozenset(document.token for document in self.documents)


class Finding(StrEnum):
    """What comparing two registrations came to."""

    DOCUMENT = "document"
    """The same document, and a name, a reading or a birth date that agrees."""
    ALIKE = "alike"
    """So like each other that a machine may link them."""
    MISTYPED = "mistyped"
    """The same document, and nothing that agrees."""
    CONFLICT = "conflict"
    """Very like each other, with a resident identity number each."""
    TWINS = "twins"
    """Like each other, with the same surname and birth date, and given names that neither look nor sound the same."""
    POSSIBLE = "possible"
    """Like each other, but not enough for a machine."""
    UNLIKE = "unlike"
    """Not like each other."""


class ReviewKind(StrEnum):
    """Why a person has to look."""

    POSSIBLE = "possible"
    """Alike, but not so much that a machine may say that they are one person."""
    CONFLICT = "conflict"
    """Very much alike, though each names a resident identity number of its own."""
    TWINS = "twins"
    """The same surname and birth date, and other given names: perhaps twins."""
    MERGE = "merge"
    """A registration is like two persons, who then may be one."""
    MISTYPED = "mistyped"
    """The same document, and nothing else that agrees: somebody may have typed somebody else's number."""
    CROWDED = "crowded"
    """More registrations share something with it than could be compared."""
    DOUBLE = "double"
    """Twice in one district, it seems."""
    SAMPLE = "sample"
    """A machine linked them; a few of those are looked at, to know how right it is."""
    SECOND = "second"
    """Somebody decided already; a few of those are asked of somebody else, who is not told the answer."""


_CERTAIN = (Finding.DOCUMENT, Finding.ALIKE)
_QUESTIONS = {
    Finding.MISTYPED: ReviewKind.MISTYPED,
    Finding.CONFLICT: ReviewKind.CONFLICT,
    Finding.TWINS: ReviewKind.TWINS,
    Finding.POSSIBLE: ReviewKind.POSSIBLE,
}


@dataclass(frozen=True)
class Pair:
    """The registration in question beside another one; `agreeing` names the fields that agree where the document does."""

    other: Known
    finding: Finding
    score: Score
    agreeing: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, float]:
        """How strongly this speaks for one person, beside other pairs."""
        return (self.finding is Finding.DOCUMENT, len(self.agreeing), self.score.weight)


@dataclass(frozen=True)
class Asked:
    """What a steward is asked: about this pair or, where that is None, about the registration alone."""

    kind: ReviewKind
    pair: Pair | None = None


@dataclass(frozen=True)
class Decision:
    """The pair by which a registration joins a person or, where that is None, is one of its own; and what is asked."""

    join: Pair | None
    asked: tuple[Asked, ...]

    @property
    def questions(self) -> tuple[Asked, ...]:
        """What is asked where the registration has its ID already: whether it is whom it would have joined, too."""
        return (Asked(ReviewKind.MERGE, self.join), *self.asked) if self.join else self.asked

    @property
    def as_certain(self) -> tuple[Known, ...]:
        """Registrations of others than whom it joins, of whose persons it certainly is as well."""
        certain = (one.pair for one in self.asked if self.join and one.pair and one.pair.finding in _CERTAIN)
        return tuple(pair.other for pair in certain)


Compare: TypeAlias = Callable[[Features, Features], Score]


def compare(subject: Known, other: Known, *, scored: Compare, policy: Policy) -> Pair:
    """What two registrations come to, apart from everybody else."""
    score = scored(subject.features, other.features)
    if subject.tokens & other.tokens:
        agreeing = agreement(subject.features, other.features)
        return Pair(other, Finding.DOCUMENT if agreeing else Finding.MISTYPED, score, agreeing)
    return Pair(other, _finding(subject, other, score.weight, policy), score)


def decide(
    subject: Known,
    candidates: Collection[str],
    persons: Mapping[str, Collection[Known]],
    *,
    apart: Collection[frozenset[str]],
    is_crowded: bool,
    scored: Compare,
    policy: Policy,
) -> Decision:
    """Whose `subject` is, given the `persons` by ID to whom any of the `candidates` belongs, with all their registrations.

    `apart` has the pairs of registrations that must not be linked. Where `is_crowded`, there are more candidates than these.
    """
    ranked = sorted(
        filter(
            None,
            (_person(subject, candidates, members, apart=apart, scored=scored, policy=policy) for members in persons.values()),
        ),
        key=lambda person: (*person.best.rank, person.best.other.registration_id),
        reverse=True,
    )
    first, others = (ranked[0], ranked[1:]) if ranked else (None, [])
    joins = first is not None and first.may_join and not _is_rivalled(first, others, policy)
    asked: list[Asked | None]
    asked = [_asked_beside_joining(person) for person in others] if joins else [_asked(person) for person in ranked]
    if is_crowded and not joins:
        asked.append(Asked(ReviewKind.CROWDED))
    return Decision(first.best if first and joins else None, tuple(filter(None, asked)))


def agreement(one: Features, other: Features) -> tuple[str, ...]:
    """The fields in which two registrations agree that show the same document; what is missing agrees with nothing."""
    return tuple(field for field in _AGREEING if getattr(one, field) and getattr(one, field) == getattr(other, field))


def have_different_resident_ids(one: Known, other: Known) -> bool:
    """Whether each names a resident identity number of its own."""
    numbers, others = _resident_ids(one), _resident_ids(other)
    return any(numbers[version].isdisjoint(others[version]) for version in numbers.keys() & others.keys())


def are_like_twins(one: Features, other: Features) -> bool:
    """Whether they have surname and birth date in common, and given names that differ in characters and in their reading."""
    return (
        bool(one.surname and one.birth_date)
        and (one.surname, one.birth_date) == (other.surname, other.birth_date)
        and one.name != other.name
        and one.pinyin != other.pinyin
    )


@dataclass(frozen=True)
class _Person:
    """A person whom the registration is like: its best pair, whether a machine may let it join, and whether it is a double."""

    best: Pair
    may_join: bool
    is_double: bool


def _person(
    subject: Known,
    candidates: Collection[str],
    members: Collection[Known],
    *,
    apart: Collection[frozenset[str]],
    scored: Compare,
    policy: Policy,
) -> _Person | None:
    pairs = [compare(subject, member, scored=scored, policy=policy) for member in members]
    told_apart = any(frozenset((subject.registration_id, member.registration_id)) in apart for member in members)
    found = [pair for pair in pairs if pair.other.registration_id in candidates and pair.finding is not Finding.UNLIKE]
    if not found or told_apart:
        return None
    best = max(found, key=lambda pair: (*pair.rank, pair.other.registration_id))
    is_double = any(member.district == subject.district for member in members)
    fits = (
        all(pair.finding is Finding.DOCUMENT or pair.score.weight > policy.contradiction_weight for pair in pairs)
        and not any(have_different_resident_ids(subject, member) for member in members)
        and len(members) < policy.most_registrations
        # A document proves that somebody registered twice in one district; likeness alone does not.
        and (best.finding is Finding.DOCUMENT or not is_double)
    )
    return _Person(best, best.finding in _CERTAIN and fits, is_double)


def _is_rivalled(first: _Person, others: Sequence[_Person], policy: Policy) -> bool:
    if first.best.finding is Finding.DOCUMENT:
        return any(other.best.rank[:2] == first.best.rank[:2] for other in others)
    return any(
        other.best.score.weight >= max(policy.review_weight, first.best.score.weight - policy.margin_weight) for other in others
    )


def _asked(person: _Person) -> Asked:
    finding = person.best.finding
    if finding is Finding.MISTYPED or (finding not in _CERTAIN and not person.is_double):
        return Asked(_QUESTIONS[finding], person.best)
    return Asked(ReviewKind.DOUBLE if person.is_double else ReviewKind.MERGE, person.best)


def _asked_beside_joining(person: _Person) -> Asked | None:
    # Who joined one person and is a little like another one is answered for; who is certainly the other one as well is not.
    return _asked(person) if person.best.finding in (*_CERTAIN, Finding.MISTYPED) else None


def _finding(subject: Known, other: Known, weight: float, policy: Policy) -> Finding:
    if have_different_resident_ids(subject, other):
        return Finding.CONFLICT if weight >= policy.conflict_weight else Finding.UNLIKE
    if weight < policy.review_weight:
        return Finding.UNLIKE
    if are_like_twins(subject.features, other.features):
        return Finding.TWINS
    return Finding.ALIKE if weight >= policy.auto_weight else Finding.POSSIBLE


def _resident_ids(known: Known) -> dict[int, set[bytes]]:
    numbers: dict[int, set[bytes]] = {}
    for document in known.documents:
        if document.kind == RESIDENT_ID:
            numbers.setdefault(document.key_version, set()).add(document.token)
    return numbers
