"""What is agreement worth?"""

import json
from dataclasses import replace

import msgspec
import pytest

from federation.errors import Invalid
from federation.identity.matching.frequencies import Frequencies, frequencies_of
from federation.identity.matching.levels import COMPARISONS
from federation.identity.matching.model import Model, default_model, read_model
from federation.identity.matching.scoring import Score, score
from federation.identity.persons.features import Features, features_of
from federation.identity.persons.sealing import Person

ONE = features_of(Person(name="王小明", birth_date="1985-03-04", phone="13912345678", gender="M"))
MILLION = Frequencies(1_000_000, {"name": {}, "pinyin": {}, "birth_date": {}})


@pytest.fixture
def model() -> Model:
    return default_model()


def weigh(model: Model, other: Features, *, frequencies: Frequencies = MILLION, one: Features = ONE) -> Score:
    return score(model, one, other, frequencies)


def changed(features: Features = ONE, **fields: str) -> Features:
    return msgspec.structs.replace(features, **fields)


def common(**counts: int) -> Frequencies:
    return replace(
        MILLION,
        counts={
            "name": {ONE.name: counts.get("name", 0)},
            "pinyin": {ONE.pinyin: counts.get("pinyin", 0)},
            "birth_date": {ONE.birth_date: counts.get("birth_date", 0)},
        },
    )


def test_who_is_whom_does_not_matter(model: Model) -> None:
    other = changed(name="王晓明", birth_date="19850403", phone="13912345679")
    assert score(model, ONE, other, MILLION) == score(model, other, ONE, MILLION)


def test_evidence_names_the_level_of_every_field(model: Model) -> None:
    other = changed(name="王晓明", birth_date="19850304", phone="")
    evidence = weigh(model, other).evidence
    assert [(field.field, field.level) for field in evidence] == [
        ("name", "same_pinyin"),
        ("birth_date", "same"),
        ("phone", "unknown"),
        ("gender", "same"),
    ]
    assert evidence[2].weight == 0


def test_what_agrees_weighs_more_than_what_nearly_does(model: Model) -> None:
    known = common(name=2, pinyin=40, birth_date=45)
    same = weigh(model, ONE, frequencies=known).weight
    slipped = weigh(model, changed(name="王晓明"), frequencies=known).weight
    stranger = changed(name="李大刚", surname="李", given_name="大刚", pinyin="li da gang")
    different = weigh(model, stranger, frequencies=known).weight
    assert same > slipped > different


def test_one_who_agrees_in_everything_is_one_person_and_a_stranger_is_not(model: Model) -> None:
    stranger = features_of(Person(name="李大刚", birth_date="1997-11-28", phone="15887654321", gender="M"))
    assert weigh(model, ONE, frequencies=common(name=2, pinyin=40, birth_date=45)).weight > 20
    assert weigh(model, stranger).weight < -20


def test_a_common_name_is_worth_less_than_a_rare_one(model: Model) -> None:
    without_phone = changed(phone="")
    rare = weigh(model, without_phone, frequencies=common(name=2, birth_date=45)).weight
    common_one = weigh(model, without_phone, frequencies=common(name=220, birth_date=45)).weight
    assert rare - common_one == pytest.approx(7.7, abs=0.1)
    assert common_one < 6
    assert rare > 10


def test_a_default_birth_date_is_worth_less_than_any_other(model: Model) -> None:
    usual = weigh(model, ONE, frequencies=common(birth_date=45)).weight
    default = weigh(model, ONE, frequencies=common(birth_date=4_500)).weight
    assert usual - default > 6


def test_a_reading_counts_by_how_many_share_it(model: Model) -> None:
    other = changed(name="王晓明")
    rare, usual = common(pinyin=4), common(pinyin=400)
    assert weigh(model, other, frequencies=rare).weight - weigh(model, other, frequencies=usual).weight > 6


def test_no_field_alone_rules_somebody_out(model: Model) -> None:
    """A birth date that is quite another one does not outweigh a rare name and a phone."""
    other = changed(birth_date="19971128")
    assert weigh(model, other, frequencies=common(name=2, birth_date=45)).weight > 0


def test_in_a_larger_register_strangers_are_likelier_and_shared_phones_rarer(model: Model) -> None:
    stranger = changed(phone="15887654321", birth_date="")
    friend = changed(birth_date="")
    ten_million = replace(MILLION, records=10_000_000)
    assert weigh(model, friend).evidence[2].level == "same"
    prior_falls = weigh(model, changed(name="", pinyin="", phone="", birth_date=""))
    prior_fell = weigh(model, changed(name="", pinyin="", phone="", birth_date=""), frequencies=ten_million)
    assert prior_falls.weight - prior_fell.weight == pytest.approx(3.32, abs=0.01)
    gained = weigh(model, friend, frequencies=ten_million).evidence[2].weight - weigh(model, friend).evidence[2].weight
    assert gained == pytest.approx(3.32, abs=0.01)
    assert weigh(model, stranger, frequencies=ten_million).evidence[2] == weigh(model, stranger).evidence[2]


def test_a_small_register_does_not_make_its_names_look_common(model: Model) -> None:
    """Two of ten have the name because they are one person, and not because a fifth of all people have it."""
    ten = Frequencies(10, {"name": {ONE.name: 2}, "pinyin": {ONE.pinyin: 2}, "birth_date": {ONE.birth_date: 2}})
    assert ten.share("name", ONE.name) < 0.001
    assert weigh(model, ONE, frequencies=ten).weight > 20


def test_a_value_nobody_counted_has_a_share_all_the_same() -> None:
    assert 0 < MILLION.share("name", "某某") < 1e-6


def test_frequencies_count_what_is_known() -> None:
    register = [ONE, changed(name="李大刚"), changed(birth_date="")]
    counted = frequencies_of(register)
    assert counted.records == 3
    assert counted.counts["name"] == {"王小明": 2, "李大刚": 1}
    assert counted.counts["birth_date"] == {"19850304": 2}


def broken(**changes: object) -> bytes:
    return json.dumps({**default_model().settings, **changes}).encode()


def test_a_model_says_which_it_is(model: Model) -> None:
    assert model.version == "default 1"
    assert model.records == 1_088_000


def test_a_model_with_an_untrained_level_is_refused(model: Model) -> None:
    settings = json.loads(json.dumps(model.settings))
    del settings["comparisons"][2]["comparison_levels"][2]["m_probability"]
    with pytest.raises(Invalid, match="has not learnt what one_slip of phone is worth") as refused:
        read_model(json.dumps(settings).encode())
    assert refused.value.field == "comparisons.phone.one_slip"


def test_a_model_with_other_levels_is_refused(model: Model) -> None:
    settings = json.loads(json.dumps(model.settings))
    settings["comparisons"][0]["comparison_levels"][1]["sql_condition"] = "upper(name_l) = upper(name_r)"
    with pytest.raises(Invalid, match="other levels for name") as refused:
        read_model(json.dumps(settings).encode())
    assert refused.value.field == "comparisons.name"


def test_a_model_of_other_fields_is_refused(model: Model) -> None:
    with pytest.raises(Invalid, match="compares name, and this version of the program other fields"):
        read_model(broken(comparisons=model.settings["comparisons"][:1]))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (b"weights", "malformed"),
        (b"{}", "probability_two_random_records_match"),
        (broken(probability_two_random_records_match=1.5), "probability_two_random_records_match"),
        (broken(banyan={"version": "x", "records": 0, "trained_at": ""}), "records"),
    ],
)
def test_what_is_no_model_is_refused_with_the_place(written: bytes, place: str) -> None:
    with pytest.raises(Invalid, match=place):
        read_model(written)


def test_the_shipped_model_rises_from_difference_to_agreement(model: Model) -> None:
    for comparison in COMPARISONS:
        weights = [chances.m / chances.u for chances in model.chances[comparison.field]]
        assert weights == sorted(weights, reverse=True), comparison.field
