"""What becomes of a register that is linked in memory, one registration after the other?

The hub's own decisions, without its tables: it shows within minutes what a model and thresholds are worth.
"""

import secrets
from collections.abc import Sequence

from benchmarks.registers.making import Entry
from benchmarks.registers.outcomes import Outcome
from benchmarks.registers.people import TODAY
from benchmarks.registers.reading import features_in
from federation.identity.linking.gathering import Neighbourhood
from federation.identity.matching.deciding import Decision, Known, NamedDocument, decide
from federation.identity.matching.frequencies import FURTHER_COUNTS, Frequencies
from federation.identity.matching.judging import Judge
from federation.identity.matching.model import Model
from federation.identity.matching.policies import Policy
from sync import documents

_KEY_VERSION = 1


def link_in_memory(register: Sequence[Entry], *, model: Model, policy: Policy) -> Outcome:
    """Links the entries in their order; an entry's place in `register` is its registration's ID."""
    counts: dict[str, dict[str, int]] = {field: {} for field in FURTHER_COUNTS}
    neighbourhood = Neighbourhood(secrets.token_bytes(), policy.most_candidates)
    asked = []
    for place, entry in enumerate(register):
        known = _known(place, entry)
        _count(counts, known)
        judge = Judge(model, policy, Frequencies(place + 1, counts))
        decision = _decide(neighbourhood.as_compared(known), neighbourhood, judge)
        joined = decision.join
        neighbourhood.settle(known, neighbourhood.volunteer_ids[joined.other.registration_id] if joined else str(place))
        asked += [(place, int(one.pair.other.registration_id)) for one in decision.asked if one.pair]
    return Outcome([neighbourhood.volunteer_ids[str(place)] for place in range(len(register))], asked)


def _known(place: int, entry: Entry) -> Known:
    return Known(str(place), entry.district, features_in(entry), frozenset(_documents(entry)))


def _documents(entry: Entry) -> list[NamedDocument]:
    if entry.document_kind is None:
        return []
    document = documents.understand(entry.document_kind, entry.document, today=TODAY)
    # The number stands for its keyed hash.
    return [] if document.number is None else [NamedDocument(document.kind, _KEY_VERSION, document.number.encode())]


def _count(counts: dict[str, dict[str, int]], known: Known) -> None:
    for field, held in counts.items():
        if value := getattr(known.features, field):
            held[value] = held.get(value, 0) + 1


def _decide(subject: Known, neighbourhood: Neighbourhood, judge: Judge) -> Decision:
    candidates, is_crowded = neighbourhood.candidates(subject)
    return decide(
        subject,
        candidates,
        neighbourhood.persons(candidates, but=None),
        apart=(),
        is_crowded=is_crowded,
        scored=judge.score,
        policy=judge.policy,
    )
