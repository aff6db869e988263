"""What does a register teach?"""

import dataclasses
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations

import msgspec
import pytest

from benchmarks.registers.making import Entry, make_register
from benchmarks.registers.reading import features_in
from federation.errors import Invalid
from federation.identity.matching.frequencies import MOST_SHARING_A_PHONE, frequencies_of
from federation.identity.matching.levels import BIRTH_DATE, COMPARISONS, GENDER, NAME, PHONE, UNKNOWN
from federation.identity.matching.model import Model, default_model, read_model
from federation.identity.matching.rarities import rare_levels
from federation.identity.matching.scoring import score
from federation.identity.matching.training import train
from federation.identity.matching.workbench import REGISTER, lay_out, linker_of
from federation.identity.persons.features import Features

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEAR = (
    "l.phone = r.phone",
    "l.pinyin = r.pinyin",
    "l.birth_date = r.birth_date",
    "l.surname = r.surname AND l.birth_date[:4] = r.birth_date[:4]",
)


def without_desks(register: list[Features]) -> list[Features]:
    """What the scorer is given: phones of too many are left out."""
    sharing = Counter(features.phone for features in register)
    return [
        msgspec.structs.replace(features, phone="") if sharing[features.phone] > MOST_SHARING_A_PHONE else features
        for features in register
    ]


def shares_of_levels(entries: list[Entry]) -> dict[str, list[float]]:
    """At which levels pairs of one person are, by the truth."""
    by_person: dict[int, list[Features]] = defaultdict(list)
    for entry in entries:
        by_person[entry.person].append(features_in(entry))
    pairs = [pair for registrations in by_person.values() for pair in combinations(registrations, 2)]
    shares = {}
    for comparison in COMPARISONS:
        places = Counter(place for pair in pairs if (place := comparison.place(*pair)) is not None)
        shares[comparison.field] = [places[place] / places.total() for place in range(len(comparison.names))]
    return shares


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(make_register(40_000, seed=5))


@pytest.fixture(scope="module")
def learnt(entries: list[Entry]) -> bytes:
    return train(map(features_in, entries), version="test", seed=1, at=NOW)


@pytest.fixture(scope="module")
def model(learnt: bytes) -> Model:
    return read_model(learnt)


def test_a_model_says_what_it_was_learnt_from(model: Model) -> None:
    assert (model.version, model.records) == ("test", 43_520)
    assert model.settings["banyan"]["trained_at"] == NOW.isoformat()


def test_how_often_people_register_twice_is_found_without_being_told(model: Model, entries: list[Entry]) -> None:
    true_pairs = sum(count * (count - 1) // 2 for count in Counter(entry.person for entry in entries).values())
    assert model.prior * len(entries) ** 2 / 2 == pytest.approx(true_pairs, rel=0.03)


def test_how_people_are_written_down_is_found_without_being_told(model: Model, entries: list[Entry]) -> None:
    pairs = sum(math.comb(count, 2) for count in Counter(entry.person for entry in entries).values())
    for field, shares in shares_of_levels(entries).items():
        for chances, share in zip(model.chances[field], shares, strict=True):
            # So few pairs show a share no closer than three of its standard errors.
            close = max(0.01, 3 * math.sqrt(share * (1 - share) / pairs))
            assert chances.m == pytest.approx(share, abs=close), field


def test_the_same_register_and_seed_teach_the_same(learnt: bytes, entries: list[Entry]) -> None:
    assert train(map(features_in, entries), version="test", seed=1, at=NOW) == learnt


def test_no_less_is_learnt_than_every_level(entries: list[Entry]) -> None:
    with pytest.raises(Invalid, match="has not learnt what"):
        train(map(features_in, entries[:2_000]), version="test", seed=1, at=NOW)


def test_a_register_in_which_nobody_is_twice_teaches_nothing(entries: list[Entry]) -> None:
    once = {entry.person: entry for entry in entries[:1_000]}
    with pytest.raises(Invalid, match="nothing to learn from"):
        train(map(features_in, once.values()), version="test", seed=1, at=NOW)


def few(*changes: dict[str, str]) -> Iterator[Features]:
    one = Features(
        name="王小明",
        surname="王",
        given_name="小明",
        pinyin="wang xiao ming",
        birth_date="19850304",
        phone="13912345678",
        gender="M",
    )
    return (msgspec.structs.replace(one, **change) for change in changes)


def test_rare_levels_are_counted_in_the_whole_register() -> None:
    register = few(
        {},
        {"name": "王晓明", "given_name": "晓明", "birth_date": "19850403", "phone": "13912345679"},
        {"name": "李小明", "surname": "李", "pinyin": "li xiao ming", "birth_date": "19971128"},
        {"name": "赵大刚", "surname": "赵", "given_name": "大刚", "pinyin": "zhao da gang", "birth_date": "", "phone": ""},
        {"phone": ""},
    )
    with lay_out(register) as connection:
        found = rare_levels(connection, seed=1)
    # Of five records 20 pairs can be made, either way round.
    assert found["name", "same"] == pytest.approx(2 / 20)
    assert found["name", "same_pinyin"] == pytest.approx(4 / 20)
    assert found["name", "same_given_name"] == pytest.approx(4 / 20)
    assert found["birth_date", "same"] == pytest.approx(2 / 12)
    assert found["birth_date", "day_and_month_exchanged"] == pytest.approx(4 / 12)
    # Three have a phone. The first and the third share one and are two people, both near the second's.
    assert found["phone", "same"] == pytest.approx(2 / 6)
    assert found["phone", "one_slip"] == pytest.approx(2 / 6)


def test_a_phone_that_many_have_teaches_nothing() -> None:
    with lay_out(few(*[{"phone": "13800138000"}] * 9, *[{"phone": "13912345678"}] * 8)) as connection:
        phones = connection.execute(f"SELECT phone, count(*) FROM {REGISTER} GROUP BY phone").fetchall()  # noqa: S608
    assert dict(phones) == {None: 9, "13912345678": 8}


@pytest.mark.parametrize("times", [1, 10], ids=["learnt from as many", "learnt from ten times as many"])
def test_one_by_one_and_in_bulk_weigh_the_same(times: int) -> None:
    """On more than 100,000 pairs, which have every level there is."""
    register = without_desks([features_in(entry) for entry in make_register(30_000, seed=6, profile="hard")])
    frequencies = frequencies_of(register)
    model = dataclasses.replace(default_model(), records=len(register) * times)
    settings = model.settings_for(len(register)) | {"blocking_rules_to_generate_predictions": list(NEAR)}
    seen, furthest, count = defaultdict(set), 0.0, 0
    with lay_out(register) as connection:
        pairs = linker_of(connection, settings).inference.predict().as_duckdbpyrelation()
        for one, other, weight in pairs.select("record_l, record_r, match_weight").fetchall():
            found = score(model, register[one], register[other], frequencies)
            for evidence in found.evidence:
                seen[evidence.field].add(evidence.level)
            furthest = max(furthest, abs(found.weight - weight))
            count += 1
    assert count >= 100_000
    assert furthest < 0.01
    # Everybody in the register has a name.
    assert seen["name"] == {*NAME.names}
    assert all(seen[comparison.field] == {UNKNOWN, *comparison.names} for comparison in (BIRTH_DATE, PHONE, GENDER))


def test_splink_reads_the_model_as_it_is(learnt: bytes) -> None:
    settings = json.loads(learnt)
    del settings["banyan"]
    with lay_out(few({}, {"phone": ""})) as connection:
        linker = linker_of(connection, settings)
        assert linker.misc.save_model_to_json()["comparisons"] == settings["comparisons"]
