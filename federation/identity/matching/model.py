"""What is a level of agreement worth?

A model has, for each level, the probability that two registrations of one person are at it (m), and that those of two people
are (u). It is kept as Splink's own settings, so that Splink reads it as it is; a section `banyan` says which model it is.

Two of its figures belong to the register that it was learnt from, and are carried over to the size of another one. A person
has about as many registrations in a small federation as in a large one, and a phone as many other owners; so of all pairs the
share that are one person's, or that share a phone by chance, falls as the register grows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec

from federation.errors import Invalid
from federation.identity.matching.levels import COMPARISONS, UNKNOWN, Comparison, Level

Probability = Annotated[float, msgspec.Meta(gt=0, le=1)]

_MOST_LIKELY_PRIOR = 0.5


@dataclass(frozen=True)
class Chances:
    """How likely a level is among pairs of one person (`m`) and of two (`u`)."""

    m: float
    u: float


@dataclass(frozen=True)
class Model:
    """What was learnt from `records` registrations.

    `prior` is the probability that two of these, taken at random, are one person's. `chances` has, by field, one entry for each
    of the comparison's names.
    """

    version: str
    records: int
    prior: float
    chances: Mapping[str, Sequence[Chances]]
    settings: Mapping[str, Any]

    def prior_in(self, records: int) -> float:
        """The probability that two of `records` registrations, taken at random, are one person's."""
        return min(self.prior * self.records / records, _MOST_LIKELY_PRIOR)

    def u_in(self, records: int, level: Level, chances: Chances) -> float:
        """The probability that two people are at `level` in a register of so many records."""
        return min(chances.u * self.records / records, 1.0) if level.is_per_record else chances.u

    def settings_for(self, records: int) -> dict[str, Any]:
        """The settings for Splink to score pairs of so many records as `scoring` does."""
        settings: dict[str, Any] = json.loads(json.dumps({**self.settings, "banyan": None}))
        del settings["banyan"]
        settings["probability_two_random_records_match"] = self.prior_in(records)
        for comparison, written in zip(COMPARISONS, settings["comparisons"], strict=True):
            known = written["comparison_levels"][1:-1]
            for level, chances, entry in zip(comparison.levels, self.chances[comparison.field], known, strict=False):
                entry["u_probability"] = self.u_in(records, level, chances)
        return settings


class _WrittenLevel(msgspec.Struct):
    sql_condition: str
    label_for_charts: str
    m_probability: Probability | None = None
    u_probability: Probability | None = None


class _WrittenComparison(msgspec.Struct):
    output_column_name: str
    comparison_levels: list[_WrittenLevel]


class _About(msgspec.Struct):
    version: str
    records: Annotated[int, msgspec.Meta(gt=1)]
    trained_at: str


class _Written(msgspec.Struct):
    probability_two_random_records_match: Probability
    comparisons: list[_WrittenComparison]
    banyan: _About


@cache
def default_model() -> Model:
    """The model that comes with the program, for a federation that has not trained its own."""
    return read_model(files(__package__).joinpath("default_model.json").read_bytes())


def read_model(written: bytes) -> Model:
    """The model in a file's content; raises `Invalid`, whose field is the place in the file."""
    try:
        checked = msgspec.json.decode(written, type=_Written)
    except msgspec.DecodeError as error:
        raise Invalid(f"This is no model: {error}. Train one with this version of the program.", field="model") from error
    fields = [comparison.output_column_name for comparison in checked.comparisons]
    if fields != [comparison.field for comparison in COMPARISONS]:
        raise Invalid(
            f"The model compares {', '.join(fields)}, and this version of the program other fields. Train a new one.",
            field="comparisons",
        )
    return Model(
        version=checked.banyan.version,
        records=checked.banyan.records,
        prior=checked.probability_two_random_records_match,
        chances={ours.field: _chances(ours, theirs) for ours, theirs in zip(COMPARISONS, checked.comparisons, strict=True)},
        settings=msgspec.json.decode(written),
    )


def untrained_settings() -> dict[str, Any]:
    """The settings with which Splink starts to learn."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "linker_uid": "banyan",
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {"output_column_name": comparison.field, "comparison_levels": _untrained_levels(comparison)}
            for comparison in COMPARISONS
        ],
    }


def _untrained_levels(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {"sql_condition": comparison.unknown_sql, "label_for_charts": UNKNOWN, "is_null_level": True},
        *(
            {"sql_condition": _one_line(level.sql), "label_for_charts": level.name, **_by_frequency(level)}
            for level in comparison.levels
        ),
        {"sql_condition": "ELSE", "label_for_charts": comparison.names[-1]},
    ]


def _by_frequency(level: Level) -> dict[str, Any]:
    # Splink would look for another level's u where the column is not the one compared; each level has its own here.
    return {"tf_adjustment_column": level.frequency, "disable_tf_exact_match_detection": True} if level.frequency else {}


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _chances(comparison: Comparison, written: _WrittenComparison) -> list[Chances]:
    expected = [(entry["label_for_charts"], entry["sql_condition"]) for entry in _untrained_levels(comparison)]
    if expected != [(level.label_for_charts, level.sql_condition) for level in written.comparison_levels]:
        raise Invalid(
            f"The model has other levels for {comparison.field} than this version of the program. Train a new one.",
            field=f"comparisons.{comparison.field}",
        )
    return [_trained(comparison, level) for level in written.comparison_levels[1:]]


def _trained(comparison: Comparison, level: _WrittenLevel) -> Chances:
    if level.m_probability is None or level.u_probability is None:
        raise Invalid(
            f"The model has not learnt what {level.label_for_charts} of {comparison.field} is worth: no such pair was seen. "
            "Train it with more registrations.",
            field=f"comparisons.{comparison.field}.{level.label_for_charts}",
        )
    return Chances(level.m_probability, level.u_probability)
