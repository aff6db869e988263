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


def link_in_memory(
    register: Sequence[Entry], *, model: Model, policy: Policy, is_counted_first: bool = False, compares_again: bool = True
) -> Outcome:
    """Links the entries in their order; an entry's place in `register` is its registration's ID.

    Where the register `is_counted_first`, it is known from the start how common everything is, as `banyan-hub link` knows it;
    else that is learnt as the entries come. Unless it `compares_again`, whoever was alone stays so.
    """
    counts: dict[str, dict[str, int]] = {field: {} for field in FURTHER_COUNTS}
    neighbourhood = Neighbourhood(secrets.token_bytes(), policy.most_candidates)
    registrations = [_known(place, entry) for place, entry in enumerate(register)]
    if is_counted_first:
        for known in registrations:
            _count(counts, known)
    asked = []
    for place, known in enumerate(registrations):
        if not is_counted_first:
            _count(counts, known)
        records = len(register) if is_counted_first else place + 1
        judge = Judge(model, policy, Frequencies(records, counts))
        decision = _decide(known, neighbourhood, judge)
        neighbourhood.settle(known, _whose(decision, neighbourhood) or str(place))
        asked += [(place, int(one.pair.other.registration_id)) for one in decision.asked if one.pair]
        for other in decision.as_certain if compares_again else ():
            is_alone = neighbourhood.is_alone(other.registration_id)
            if is_alone and (joined := _whose(_decide(other, neighbourhood, judge), neighbourhood)):
                neighbourhood.move(other, joined)
    ids = [neighbourhood.volunteer_ids[str(place)] for place in range(len(register))]
    return Outcome(ids, [(one, other) for one, other in asked if ids[one] != ids[other]])


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


def _whose(decision: Decision, neighbourhood: Neighbourhood) -> str | None:
    return neighbourhood.volunteer_ids[decision.join.other.registration_id] if decision.join else None


def _decide(known: Known, neighbourhood: Neighbourhood, judge: Judge) -> Decision:
    subject = neighbourhood.as_compared(known)
    candidates, is_crowded = neighbourhood.candidates(subject)
    return decide(
        subject,
        candidates,
        neighbourhood.persons(candidates, but=neighbourhood.volunteer_ids.get(known.registration_id)),
        apart=(),
        is_crowded=is_crowded,
        scored=judge.score,
        policy=judge.policy,
    )
