"""How likely is it that two registrations are one person's?

After Fellegi and Sunter (1969): each field adds the logarithm of how much more often its level of agreement is seen among
registrations of one person than among those of two. A rare name that agrees adds more than a common one.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from federation.identity.matching.frequencies import Frequencies
from federation.identity.matching.levels import COMPARISONS, UNKNOWN, Comparison
from federation.identity.matching.model import Model
from federation.identity.persons.features import Features


class Evidence(NamedTuple):
    """What one field says: at which level it agrees, and how many bits that is worth."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Score:
    """The logarithm to base 2 of the odds that both are one person's, and how it came about.

    0 means as likely as not, 10 that one in about a thousand such pairs is of two people. `evidence` has every field.
    """

    weight: float
    evidence: tuple[Evidence, ...]


def score(model: Model, one: Features, other: Features, frequencies: Frequencies) -> Score:
    """Compares two registrations in the register that `frequencies` describes; which is `one` does not matter.

    A phone that many share says nothing about either: the caller leaves it out of the features.
    """
    evidence = tuple(_evidence(model, comparison, one, other, frequencies) for comparison in COMPARISONS)
    prior = model.prior_in(frequencies.records)
    return Score(math.log2(prior / (1 - prior)) + math.fsum(field.weight for field in evidence), evidence)


def _evidence(model: Model, comparison: Comparison, one: Features, other: Features, frequencies: Frequencies) -> Evidence:
    place = comparison.place(one, other)
    if place is None:
        return Evidence(comparison.field, UNKNOWN, 0.0)
    chances = model.chances[comparison.field][place]
    u = chances.u
    if place < len(comparison.levels):
        level = comparison.levels[place]
        u = (
            frequencies.share(level.frequency, getattr(one, level.frequency))
            if level.frequency
            else model.u_in(frequencies.records, level, chances)
        )
    return Evidence(comparison.field, comparison.names[place], math.log2(chances.m / u))
