"""How is a model learnt from a register, where nobody says which registrations are one person's?

Splink learns it by expectation maximisation: among pairs that agree in one field it finds two kinds, by how often the other
fields agree as well. Needs the extra `matching`.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from federation.identity.matching.model import read_model, untrained_settings
from federation.identity.matching.prior import Prior
from federation.identity.matching.rarities import rare_levels
from federation.identity.matching.workbench import lay_out, linker_of
from federation.identity.persons.features import Features

_SAMPLED_PAIRS = 2_000_000
# Each learns about the fields that it does not name, from pairs most of which are one person's. Of pairs that agree in name and
# year of birth most are not, in a large city, and phone and gender alone do not tell the two kinds apart.
_PASSES = ("l.phone = r.phone", "l.birth_date = r.birth_date AND l.pinyin = r.pinyin")
# What was seen once in a million times is not ruled out for ever: no field alone may outweigh all others.
_LEAST_M = 1e-4
# Behind these shows in which order processors added up.
_DIGITS = 6

_PRIOR, _M, _U = "probability_two_random_records_match", "m_probability", "u_probability"


def train(register: Iterable[Features], *, version: str, seed: int, at: datetime) -> bytes:
    """Learns a model from a register, and gives what its file holds; the same register and seed give the same model.

    It takes about a minute and 2 GiB for a million registrations. Raises `Invalid` where a level was not seen.
    """
    with lay_out(register) as connection:
        prior = Prior(connection)
        linker = linker_of(connection, _to_begin_with(prior.guess(), rare_levels(connection, seed=seed)))
        linker.training.estimate_u_using_random_sampling(_SAMPLED_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1)
        for agreeing in _PASSES:
            linker.training.estimate_parameters_using_expectation_maximisation(agreeing)
        learnt = _rounded(linker.misc.save_model_to_json())
    learnt["banyan"] = {"version": version, "records": prior.records, "trained_at": at.isoformat()}
    learnt[_PRIOR] = _round(prior.learnt(read_model(_file(learnt))))
    return _file(learnt)


def _to_begin_with(prior: float, chances: dict[tuple[str, str], float]) -> dict[str, Any]:
    """The settings with which Splink begins: rare levels have their u, which it then leaves alone."""
    settings = untrained_settings() | {_PRIOR: prior}
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if u := chances.get((comparison["output_column_name"], level["label_for_charts"])):
                level |= {_U: u, "fix_u_probability": True}
    return settings


def _rounded(settings: dict[str, Any]) -> dict[str, Any]:
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if _M in level:
                level[_M] = _round(max(level[_M], _LEAST_M))
            if _U in level:
                level[_U] = _round(level[_U])
    return settings


def _round(figure: float) -> float:
    return float(f"{figure:.{_DIGITS}g}")


def _file(model: dict[str, Any]) -> bytes:
    return json.dumps(model, ensure_ascii=False, indent=1).encode() + b"\n"
