"""Can nobody tell from the shown parts of a sum what a few people did?"""

from collections import Counter
from collections.abc import Set
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from federation.ledger.disclosing import Disclosed, disclose
from federation.ledger.totals import NOTHING, Hours, PartSum
from federation.ledger.withholding import FEWEST_ENTRIES, withheld

COUNTS = st.lists(st.integers(0, 3 * FEWEST_ENTRIES), max_size=8)
CITIES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("123456"), st.integers(0, 3 * FEWEST_ENTRIES)),
    unique_by=lambda drawn: drawn[:2],
    max_size=18,
)


def is_small(entries: int) -> bool:
    return 0 < entries < FEWEST_ENTRIES


def parts(drawn: list[tuple[str, str, int]]) -> list[PartSum]:
    return [PartSum(district, key, Hours(entries, 7 * entries)) for district, key, entries in drawn]


@given(COUNTS)
def test_no_small_part_is_shown_and_no_empty_one_withheld(counts: list[int]) -> None:
    hidden = withheld(counts)
    assert all(place in hidden for place, entries in enumerate(counts) if is_small(entries))
    assert all(counts[place] for place in hidden)


@given(COUNTS)
def test_what_is_left_of_the_total_is_no_small_part_either(counts: list[int]) -> None:
    hidden = withheld(counts)
    everything_is_hidden = all(place in hidden for place, entries in enumerate(counts) if entries)
    assert not is_small(sum(counts[place] for place in hidden)) or everything_is_hidden
    assert len(hidden) != 1 or everything_is_hidden


@given(COUNTS, st.randoms())
def test_whatever_it_costs_no_more_joins_than_has_to(counts: list[int], random: Random) -> None:
    costs = random.sample(range(len(counts)), len(counts))
    hidden = withheld(counts, costs=costs)
    joined = sorted((place for place in hidden if not is_small(counts[place])), key=costs.__getitem__)
    fewer = hidden - set(joined[-1:])
    assert not joined or is_small(sum(counts[place] for place in fewer))
    others = [place for place, entries in enumerate(counts) if entries and place not in hidden]
    assert all(costs[joined[-1]] < costs[place] for place in others if joined)


@given(COUNTS)
def test_the_smallest_join_where_nothing_else_is_said(counts: list[int]) -> None:
    hidden = withheld(counts)
    shown = [entries for place, entries in enumerate(counts) if entries and place not in hidden]
    assert max((counts[place] for place in hidden), default=0) <= min(shown, default=max(counts, default=0))


@given(CITIES)
def test_parts_and_what_is_withheld_come_to_the_total(drawn: list[tuple[str, str, int]]) -> None:
    everything = parts(drawn)
    disclosed = disclose(everything)
    for district in "abc":
        total = sum((part.hours for part in everything if part.district == district), NOTHING)
        shown = sum((part.hours for part in disclosed.shown if part.district == district), NOTHING)
        assert shown + disclosed.withheld_by(district).hours == total
    assert sum(disclosed.by_key().values(), disclosed.together.hours) == sum((part.hours for part in everything), NOTHING)


@given(CITIES)
def test_no_small_part_can_be_worked_out_from_all_that_is_public(drawn: list[tuple[str, str, int]]) -> None:
    """Whatever published figures are added and subtracted; only the part that is a whole district is its public total."""
    everything = [part for part in parts(drawn) if part.hours.entries]
    published = _basis(_published(everything, disclose(everything)))
    of_district = Counter(part.district for part in everything)
    for part in everything:
        if is_small(part.hours.entries) and of_district[part.district] > 1:
            assert any(_reduced(_row(everything, {part}), published))


def _published(everything: list[PartSum], disclosed: Disclosed[PartSum]) -> list[list[Fraction]]:
    """Every figure that pages, files and programs are given, as the parts that it adds up."""
    shown, withheld = set(disclosed.shown), set(everything) - set(disclosed.shown)
    districts = [{part for part in everything if part.district == district} for district in "abc"]
    keys = [{part for part in shown if part.key == key} for key in "123456"]
    rests = [district & withheld for district in districts]
    return [_row(everything, figure) for figure in (*districts, *keys, *rests, withheld, *({part} for part in shown))]


def _row(everything: list[PartSum], figure: Set[PartSum]) -> list[Fraction]:
    return [Fraction(part in figure) for part in everything]


def _basis(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    basis: list[list[Fraction]] = []
    for row in rows:
        rest = _reduced(row, basis)
        if any(rest):
            basis.append(rest)
    return basis


def _reduced(row: list[Fraction], basis: list[list[Fraction]]) -> list[Fraction]:
    """What is left of `row` when the rows of `basis`, each by its first place, are taken out of it."""
    for known in basis:
        lead = next(place for place, value in enumerate(known) if value)
        factor = row[lead] / known[lead]
        row = [value - factor * one for value, one in zip(row, known, strict=True)]
    return row
