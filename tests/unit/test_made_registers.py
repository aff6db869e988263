"""Are made registers like real ones, and is what is found in them judged by all that is true?"""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from benchmarks.registers.making import Entry, make_register
from benchmarks.registers.outcomes import Outcome, judge, share_alike
from benchmarks.registers.people import TODAY, People
from sync.documents import DocumentKind, understand

PEOPLE = 20_000


@pytest.fixture(scope="module")
def register() -> list[Entry]:
    return list(make_register(PEOPLE, seed=1))


def slips(entries: list[Entry]) -> float:
    """The share of people in whose registrations the name differs."""
    first: dict[int, str] = {}
    return sum(first.setdefault(entry.person, entry.name) != entry.name for entry in entries) / len(entries)


def test_a_seed_makes_one_register(register: list[Entry]) -> None:
    assert list(islice(make_register(PEOPLE, seed=1), 100)) == register[:100]
    assert list(islice(make_register(PEOPLE, seed=2), 100)) != register[:100]


def test_some_register_twice_and_a_few_thrice(register: list[Entry]) -> None:
    times = Counter(Counter(entry.person for entry in register).values())
    assert times == {1: PEOPLE - 1_600, 2: 1_440, 3: 160}


def test_nobody_registers_twice_in_one_district(register: list[Entry]) -> None:
    assert len({(entry.person, entry.district) for entry in register}) == len(register)


def test_a_hard_register_has_more_slips(register: list[Entry]) -> None:
    assert slips(list(make_register(PEOPLE, seed=1, profile="hard"))) > 1.4 * slips(register) > 0


def test_everybody_has_a_document_of_their_own_that_proves_their_birth_date() -> None:
    people = People(1).draw(PEOPLE)
    assert len({person.document for person in people}) == PEOPLE
    for person in people:
        document = understand(person.document_kind, person.document, today=TODAY)
        assert document.flaw is None
        if document.kind is DocumentKind.RESIDENT_ID:
            assert (document.birth_date, document.gender) == (person.born, person.gender)


def test_twins_have_birth_date_and_surname_in_common() -> None:
    people = People(1).draw(PEOPLE)
    twins = [(person, people[person.twin]) for person in people if person.twin is not None]
    assert len(twins) == pytest.approx(120, rel=0.5)
    for one, other in twins:
        assert (one.surname, one.born, one.district) == (other.surname, other.born, other.district)
        assert one.given_name != other.given_name
        assert other.twin == one.number


def test_the_three_commonest_surnames_are_those_of_a_fifth() -> None:
    surnames = Counter(person.surname for person in People(1).draw(PEOPLE))
    assert sum(surnames[surname] for surname in "王李张") / PEOPLE == pytest.approx(0.21, abs=0.02)


def entry(person: int, *, twin: int | None = None) -> Entry:
    [any_entry] = islice(make_register(10, seed=1), 1)
    return replace(any_entry, person=person, twin=twin)


def test_pairs_that_nobody_compared_count_as_missed() -> None:
    quality = judge([entry(1), entry(1), entry(2), entry(2)], Outcome(["a", "a", "b", "c"], []))
    assert (quality.precision, quality.recall) == (1, 0.5)


def test_a_false_pair_costs_precision() -> None:
    quality = judge([entry(1), entry(1), entry(2)], Outcome(["a", "a", "a"], []))
    assert quality.precision == pytest.approx(1 / 3)
    assert (quality.recall, quality.false_pairs) == (1, 2)


def test_questions_are_answered_by_the_truth() -> None:
    register = [entry(1), entry(1), entry(1), entry(2)]
    quality = judge(register, Outcome(["a", "b", "c", "d"], [(0, 1), (1, 2), (2, 3)]))
    assert (quality.recall, quality.recall_answered) == (0, 1)
    assert quality.asked_rightly == pytest.approx(2 / 3)
    assert quality.asked_per_thousand == 750


def test_twins_are_counted_once_for_both() -> None:
    register = [entry(1, twin=2), entry(2, twin=1), entry(3, twin=4), entry(4, twin=3)]
    assert judge(register, Outcome(["a", "a", "b", "c"], [])).twins == 0.5


def test_ids_are_alike_where_they_divide_alike() -> None:
    assert share_alike(["a", "a", "b", "c"], ["x", "x", "y", "z"]) == 1
    assert share_alike(["a", "a", "b", "c"], ["x", "y", "z", "w"]) == 0.5
