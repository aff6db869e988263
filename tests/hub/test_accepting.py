"""Are many reviews answered at once where a sample allows it, and only those of which it speaks?"""

import pytest

from federation.errors import StateForbids
from federation.identity.auditing.accepting import Batch, Done, accept, acceptable, batches, take_back
from federation.identity.auditing.sampling import SAMPLE, Sample, sample
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.matching.deciding import ReviewKind
from federation.identity.reviews.drawing import is_audited, is_seconded
from federation.identity.reviews.models import Review, ReviewDecision, ReviewNeed, ReviewState
from federation.identity.stewarding.counting import figures
from federation.identity.stewarding.deciding import decide, need
from tests.hub.peers import Hub, registration
from tests.hub.stewards import Desk, desk_of, looked_at, pass_over, somebody

SAME, DIFFERENT = ReviewDecision.SAME, ReviewDecision.DIFFERENT
GOOD = [SAME] * (SAMPLE - 1) + [DIFFERENT]
PAIRS = 12


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub at which no machine links, and that has two people of two districts each."""
    desk = desk_of(hub, {"futian": [registration("x1")], "luohu": [registration("x2", name="李四", birth_date="1971-12-30")]})
    desk.does(change_policy, by="root", reason="stewards first", auto_weight=60)
    return desk


def ask(desk: Desk, pairs: int = PAIRS) -> list[int]:
    """Lets pairs register that are perhaps one person each; gives the numbers of the reviews, the first of them not drawn."""
    futian, luohu = desk.districts["futian"], desk.districts["luohu"]
    desk.hub.hears(futian.says(*(somebody(number, f"a{number}") for number in range(1, pairs + 1))))
    desk.hub.hears(luohu.says(*(somebody(number, f"b{number}") for number in range(1, pairs + 1))))
    return [review.number for review in desk.hub.rows(Review) if review.state is ReviewState.OPEN]


def offered(desk: Desk) -> list[int]:
    return [review.number for review in desk.hub.asked(acceptable, desk.hub.asked(sample))]


def accepted(desk: Desk, numbers: list[int]) -> Done:
    return desk.does(accept, numbers, settings=desk.hub.settings, by="mei")


def answer(desk: Desk, number: int, decision: ReviewDecision = SAME, *, by: str = "lin") -> None:
    desk.does(decide, number, decision, settings=desk.hub.settings, by=by, reason="seen")


def look_at_drawn(desk: Desk, numbers: list[int]) -> list[int]:
    """Answers those that are drawn, and gives the others."""
    for number in filter(is_audited, numbers):
        answer(desk, number)
    return [number for number in numbers if not is_audited(number)]


def test_what_a_sample_speaks_for_is_answered_at_once_and_taken_back(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    others = look_at_drawn(desk, ask(desk))
    assert offered(desk) == others
    before = desk.tables()
    assert accepted(desk, others) == Done(len(others), ())
    ids = desk.ids()
    assert all(ids[f"a{number}"] == ids[f"b{number}"] for number in range(1, PAIRS + 1))
    assert offered(desk) == []
    [batch] = hub.asked(batches, most=20)
    assert batch == Batch(batch.number, len(others), "mei", desk.now)
    assert desk.differences() == ()
    assert desk.does(take_back, batch.number, by="mei") == Done(len(others), ())
    after = desk.tables()
    seconds = {key for key, row in after["review"].items() if row["kind"] is ReviewKind.SECOND}
    assert {key: row for key, row in after["review"].items() if key not in seconds} == before.pop("review")
    assert {name: rows for name, rows in after.items() if name != "review"} == before
    assert hub.asked(batches, most=20) == []
    assert offered(desk) == others
    assert desk.differences() == ()


@pytest.mark.parametrize(
    ("words", "allows"),
    [
        (GOOD[1:], False),
        ([*GOOD, DIFFERENT], False),
        ([DIFFERENT, *GOOD], True),
    ],
    ids=["too few", "too many of two people", "of long ago"],
)
def test_the_newest_of_enough_have_to_be_right(hub: Hub, desk: Desk, words: list[ReviewDecision], allows: bool) -> None:
    looked_at(hub, words)
    others = look_at_drawn(desk, ask(desk, 1))
    ids = desk.ids()
    assert offered(desk) == (others if allows else [])
    if allows:
        assert accepted(desk, others).left == ()
    else:
        with pytest.raises(StateForbids):
            accepted(desk, others)
        assert desk.ids() == ids
        assert desk.differences() == ()


def test_it_speaks_for_those_before_the_first_that_waits(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    numbers = ask(desk)
    drawn = [number for number in numbers if is_audited(number)]
    first = drawn[0]
    assert hub.asked(sample) == Sample(tuple(drawn), SAMPLE, 1)
    assert offered(desk) == [number for number in numbers if number < first]
    desk.does(need, first, ReviewNeed.DOCUMENT)
    assert offered(desk) == [number for number in numbers if number < first]
    behind = [number for number in numbers if number >= first]
    assert accepted(desk, behind) == Done(0, tuple(behind))
    answer(desk, first, DIFFERENT)
    assert hub.asked(sample) == Sample(tuple(drawn[1:]), SAMPLE + 1, 2)
    assert offered(desk) == []


def test_what_weighs_less_or_is_asked_for_another_reason_is_looked_at(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD, weight=7.9)
    looked_at(hub, GOOD, kind=ReviewKind.MERGE)
    assert hub.asked(sample) == Sample((), 0, 0)
    looked_at(hub, GOOD)
    others = look_at_drawn(desk, ask(desk))
    light, double, waits, *rest = others
    with hub.sessions.begin() as session:
        session.get_one(Review, light).weight = 7.9
        session.get_one(Review, double).kind = ReviewKind.DOUBLE
    desk.does(need, waits, ReviewNeed.DOCUMENT)
    assert offered(desk) == rest
    assert accepted(desk, others) == Done(len(rest), (light, double, waits))


def test_where_more_hangs_on_them_somebody_looks(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    others = look_at_drawn(desk, ask(desk))
    pairs = {review.number: (review.registration_id, review.other_registration_id) for review in hub.rows(Review)}
    with_another, verified, told_apart, *rest = others
    ids = desk.ids()
    desk.merge(ids[pairs[with_another][0]], ids["x1"])
    desk.undo(desk.merge(ids[pairs[verified][0]], ids["x2"]))
    desk.merge(ids[pairs[verified][0]], ids["x2"])
    desk.split(ids["x2"], [pairs[verified][0]])
    answer(desk, told_apart, DIFFERENT)
    assert offered(desk) == rest
    assert accepted(desk, others) == Done(len(rest), (with_another, verified, told_apart))


def test_what_an_answer_before_it_changed_is_left(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    pass_over(hub, until=lambda number: not any(map(is_audited, range(number, number + 3))))
    desk.districts["nanshan"] = hub.enrol("nanshan")[0]
    for code, key in (("futian", "a1"), ("luohu", "b1"), ("nanshan", "c1")):
        hub.hears(desk.districts[code].says(somebody(1, key)))
    first, *others = offered(desk)
    assert others
    assert accepted(desk, [first, *others]) == Done(1, tuple(others))
    assert len({desk.ids()[key] for key in ("a1", "b1", "c1")}) == 2
    assert desk.differences() == ()


def test_what_something_builds_on_is_not_taken_back_and_the_rest_is(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    others = look_at_drawn(desk, ask(desk))
    accepted(desk, others)
    [batch] = hub.asked(batches, most=20)
    one = hub.asked(lambda session: session.get_one(Review, others[0]).registration_id)
    desk.merge(desk.ids()[one], desk.ids()["x1"])
    assert desk.does(take_back, batch.number, by="mei") == Done(len(others) - 1, (others[0],))
    [left] = hub.asked(batches, most=20)
    assert (left.number, left.count) == (batch.number, 1)
    assert desk.differences() == ()


def test_what_nobody_looked_at_says_nothing_about_how_right_the_machine_is(hub: Hub, desk: Desk) -> None:
    looked_at(hub, GOOD)
    others = look_at_drawn(desk, ask(desk))
    before, drawn = hub.asked(figures), hub.asked(sample)
    accepted(desk, others)
    [possible] = [kind for kind in hub.asked(figures).kinds if kind.kind is ReviewKind.POSSIBLE]
    [as_before] = [kind for kind in before.kinds if kind.kind is ReviewKind.POSSIBLE]
    assert (possible.answered, possible.unseen) == (as_before.answered, len(others))
    assert hub.asked(sample) == drawn
    seconds = [review.follows for review in hub.rows(Review) if review.kind is ReviewKind.SECOND]
    assert [number for number in others if is_seconded(number)] == [number for number in seconds if number in others]


@pytest.mark.parametrize("last", [SAME, DIFFERENT])
def test_where_two_stewards_disagree_the_third_one_s_word_counts(hub: Hub, desk: Desk, last: ReviewDecision) -> None:
    looked_at(hub, [SAME] * SAMPLE)
    pass_over(hub, until=lambda number: is_audited(number) and is_seconded(number))
    [first] = ask(desk, 1)
    answer(desk, first, SAME)
    answer(desk, first + 1, DIFFERENT, by="mei")
    assert hub.asked(sample) == Sample((), SAMPLE + 1, 0)
    answer(desk, first + 2, last, by="chen")
    assert hub.asked(sample) == Sample((), SAMPLE + 1, int(last is DIFFERENT))
