"""How is a model learnt from a register, where nobody says which registrations are one person's?

Splink learns it by expectation maximisation: among pairs that agree in one field it finds two kinds, by how often the other
fields agree as well. Needs the extra `matching`.
"""

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from federation.errors import Invalid
from federation.identity.matching.levels import COMPARISONS
from federation.identity.matching.model import Model, read_model, untrained_settings
from federation.identity.matching.rarities import rare_levels
from federation.identity.matching.workbench import REGISTER, lay_out, linker_of
from federation.identity.persons.features import Features

_SAMPLED_PAIRS = 4_000_000
# Each learns about the fields that it does not name, from pairs most of which are one person's. Of pairs that agree in name and
# year of birth most are not, in a large city, and phone and gender alone do not tell the two kinds apart.
_PASSES = ("l.phone = r.phone", "l.birth_date = r.birth_date AND l.pinyin = r.pinyin")
# Pairs that agree in these are one person's without doubt, and this is the share of a person's pairs that do, to begin with.
_CERTAIN = ("name", "birth_date", "phone")
_CERTAIN_AT_FIRST = 0.6
# What was seen once in a million times is not ruled out for ever: no field alone may outweigh all others.
_LEAST_M = 1e-4
# Behind these shows in which order processors added up.
_DIGITS = 6


def train(register: Iterable[Features], *, version: str, seed: int, at: datetime) -> bytes:
    """Learns a model from a register, and gives what its file holds; the same register and seed give the same model.

    It takes about a minute and 2 GiB for a million registrations. Raises `Invalid` where a level was not seen.
    """
    with lay_out(register) as connection:
        records, certain = _count(connection)
        pairs = records * (records - 1) / 2
        settings = untrained_settings()
        settings["probability_two_random_records_match"] = certain / _CERTAIN_AT_FIRST / pairs
        _fix(settings, rare_levels(connection, seed=seed))
        linker = linker_of(connection, settings)
        linker.training.estimate_u_using_random_sampling(_SAMPLED_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1)
        for agreeing in _PASSES:
            linker.training.estimate_parameters_using_expectation_maximisation(agreeing)
        learnt = linker.misc.save_model_to_json()
    _round(learnt)
    learnt["banyan"] = {"version": version, "records": records, "trained_at": at.isoformat()}
    model = read_model(_file(learnt))
    learnt["probability_two_random_records_match"] = _rounded(certain / _share_of_certain(model) / pairs)
    return _file(learnt)


def _count(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How many records there are, and how many pairs of them are one person's without doubt."""
    fields = ", ".join(_CERTAIN)
    known = " AND ".join(f"{field} IS NOT NULL" for field in _CERTAIN)
    [[records, certain]] = connection.execute(
        f"""
        SELECT (SELECT count(*) FROM {REGISTER}), coalesce(sum(n * (n - 1) // 2), 0)
        FROM (SELECT count(*) AS n FROM {REGISTER} WHERE {known} GROUP BY {fields})
        """  # noqa: S608 - names of our own
    ).fetchall()
    if not certain:
        raise Invalid(
            "No two registrations agree in name, birth date and phone, so there is nothing to learn from. "
            "Use the model that comes with the program.",
            field="register",
        )
    return records, int(certain)


def _fix(settings: dict[str, Any], chances: dict[tuple[str, str], float]) -> None:
    """Gives the rare levels their u, which Splink then leaves alone."""
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            u = chances.get((comparison["output_column_name"], level["label_for_charts"]))
            if u:
                level |= {"u_probability": u, "fix_u_probability": True}


def _round(settings: dict[str, Any]) -> None:
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if "m_probability" in level:
                level["m_probability"] = _rounded(max(level["m_probability"], _LEAST_M))
            if "u_probability" in level:
                level["u_probability"] = _rounded(level["u_probability"])


def _rounded(figure: float) -> float:
    return float(f"{figure:.{_DIGITS}g}")


def _share_of_certain(model: Model) -> float:
    """The share of one person's pairs that agree in all the fields by which they are certain."""
    places = {comparison.field: comparison.names.index("same") for comparison in COMPARISONS}
    return math.prod(model.chances[field][places[field]].m for field in _CERTAIN)


def _file(model: dict[str, Any]) -> bytes:
    return json.dumps(model, ensure_ascii=False, indent=1).encode() + b"\n"
