"""How near did the linking of a register come to the truth?

All figures are of pairs of registrations, and count every pair that is one person's, whether or not anybody ever looked at it.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.registers.making import Entry


@dataclass(frozen=True)
class Outcome:
    """What became of a register: the ID of each entry, and the pairs of entries that a steward was asked about."""

    ids: Sequence[Hashable]
    asked: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Quality:
    """`recall_answered` is the recall when every question has been answered as the truth is; `twins` the share under one ID."""

    precision: float
    recall: float
    recall_answered: float
    asked_per_thousand: float
    asked_rightly: float
    twins: float
    false_pairs: int


def judge(register: Sequence[Entry], outcome: Outcome) -> Quality:
    """Compares an outcome with who is who."""
    true_pairs = _pairs(Counter(entry.person for entry in register).values())
    linked = _pairs(Counter(outcome.ids).values())
    found = _pairs(Counter(zip(outcome.ids, (entry.person for entry in register), strict=True)).values())
    rightly = [(one, other) for one, other in outcome.asked if register[one].person == register[other].person]
    answered = _joined(outcome.ids, rightly)
    found_answered = _pairs(Counter(zip(answered, (entry.person for entry in register), strict=True)).values())
    return Quality(
        precision=_share(found, linked),
        recall=_share(found, true_pairs),
        recall_answered=_share(found_answered, true_pairs),
        asked_per_thousand=1_000 * len(outcome.asked) / len(register),
        asked_rightly=_share(len(rightly), len(outcome.asked)),
        twins=_twins_under_one_id(register, outcome.ids),
        false_pairs=linked - found,
    )


def share_alike(ids: Sequence[Hashable], others: Sequence[Hashable]) -> float:
    """The share of entries that have the same entries beside them under both ways to give them IDs."""
    sizes, other_sizes, together = Counter(ids), Counter(others), Counter(zip(ids, others, strict=True))
    alike = sum(together[one, other] == sizes[one] == other_sizes[other] for one, other in zip(ids, others, strict=True))
    return _share(alike, len(ids))


def _share(part: int, whole: int) -> float:
    """Where there was nothing to find, nothing was missed."""
    return part / whole if whole else 1.0


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _joined(ids: Sequence[Hashable], pairs: Iterable[tuple[int, int]]) -> list[Hashable]:
    """The IDs after those of both entries of each pair have become one."""
    leads_to: dict[Hashable, Hashable] = {}

    def surviving(one: Hashable) -> Hashable:
        while one in leads_to:
            one = leads_to[one]
        return one

    for one, other in pairs:
        survivor, loser = surviving(ids[one]), surviving(ids[other])
        if survivor != loser:
            leads_to[loser] = survivor
    return [surviving(one) for one in ids]


def _twins_under_one_id(register: Sequence[Entry], ids: Sequence[Hashable]) -> float:
    held: dict[int, set[Hashable]] = defaultdict(set)
    twins: dict[int, int] = {}
    for entry, held_id in zip(register, ids, strict=True):
        if entry.twin is not None:
            held[entry.person].add(held_id)
            twins[min(entry.person, entry.twin)] = max(entry.person, entry.twin)
    together = sum(bool(held[elder] & held[younger]) for elder, younger in twins.items())
    return together / max(len(twins), 1)
