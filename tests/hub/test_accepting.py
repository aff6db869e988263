"""Are many reviews answered at once where a sample speaks for them?"""

from typing import Any

import pytest

from federation.identity.asking.asking import ask as ask_district
from federation.identity.asking.asking import withdraw
from federation.identity.auditing.accepting import Batch, Done, accept, acceptable, batches, take_back
from federation.identity.auditing.sampling import SAMPLE, Stretch, sample
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.matching.deciding import ReviewKind
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.models import Link
from federation.identity.reviews.drawing import is_audited, is_seconded
from federation.identity.reviews.models import QuestionTopic, Review, ReviewDecision, ReviewNeed, ReviewState
from federation.identity.stewarding.counting import Share, figures
from federation.identity.stewarding.deciding import decide, need, undo_decision
from tests.hub.peers import Hub, registration
from tests.hub.stewards import Desk, desk_of, looked_at, pass_over, somebody

SAME, DIFFERENT = ReviewDecision.SAME, ReviewDecision.DIFFERENT
GOOD = [DIFFERENT] + [SAME] * (SAMPLE - 1)
BAD = [DIFFERENT] * 2 + [SAME] * (SAMPLE - 2)
PAIRS = 12


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub at which no machine links, and that knows two people."""
    desk = desk_of(hub, {"futian": [registration("x1")], "luohu": [registration("x2", name="李四", birth_date="1971-12-30")]})
    desk.does(change_policy, by="root", reason="stewards first", auto_weight=60)
    return desk


def ask(desk: Desk, pairs: int = PAIRS, *, first: int = 1) -> list[int]:
    """Lets pairs register that are perhaps one person each; gives the numbers of the reviews, of pairs by their numbers."""
    before = {review.number for review in desk.hub.rows(Review)}
    for code, prefix in (("futian", "a"), ("luohu", "b")):
        told = (somebody(number, f"{prefix}{number}") for number in range(first, first + pairs))
        desk.hub.hears(desk.districts[code].says(*told))
    return [review.number for review in desk.hub.rows(Review) if review.number not in before]


def offered(desk: Desk) -> list[int]:
    found = desk.hub.asked(sample)
    return [review.number for review in desk.hub.asked(acceptable, found, settings=desk.hub.settings)]


def accepted(desk: Desk, numbers: list[int]) -> Done:
    return desk.does(accept, numbers, settings=desk.hub.settings, by="mei")


def answer(desk: Desk, number: int, decision: ReviewDecision = SAME, *, by: str = "lin") -> None:
    desk.does(decide, number, decision, settings=desk.hub.settings, by=by, reason="seen")


def look_at_drawn(desk: Desk, numbers: list[int]) -> list[int]:
    """Answers those that are drawn; gives the others."""
    for number in filter(is_audited, numbers):
        answer(desk, number)
    return [number for number in numbers if not is_audited(number)]


def asked_and_looked_at(desk: Desk) -> list[int]:
    """Pairs of which all that are drawn were looked at, as were enough after them; gives the reviews of the others."""
    others = look_at_drawn(desk, ask(desk))
    looked_at(desk.hub, GOOD)
    return others


def registrations_of(desk: Desk, number: int) -> tuple[str, str]:
    [review] = [review for review in desk.hub.rows(Review) if review.number == number]
    return review.registration_id, review.other_registration_id


def test_what_a_sample_speaks_for_is_answered_at_once_and_taken_back(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: is_seconded(number) and not is_audited(number))
    first, *others = asked_and_looked_at(desk)
    assert offered(desk) == [first, *others]
    before = desk.tables()
    assert accepted(desk, [first, *others]) == Done(1 + len(others), ())
    ids = desk.ids()
    assert all(ids[f"a{number}"] == ids[f"b{number}"] for number in range(1, PAIRS + 1))
    assert offered(desk) == []
    seconds = {review.number: review for review in hub.rows(Review) if review.kind is ReviewKind.SECOND}
    assert first in [review.follows for review in seconds.values()]
    [batch] = hub.asked(batches, most=20)
    assert batch == Batch(batch.number, 1 + len(others), "mei", desk.now)
    assert desk.differences() == ()
    assert desk.does(take_back, batch.number, by="mei") == Done(1 + len(others), ())
    after = desk.tables()
    opened = {(number,): after["review"].pop((number,)) for number in seconds.keys() - {key[0] for key in before["review"]}}
    assert {row["state"] for row in opened.values()} == {ReviewState.OBSOLETE}
    assert after == before
    assert hub.asked(batches, most=20) == []
    assert desk.differences() == ()


def test_what_was_taken_back_is_looked_at_the_next_time(hub: Hub, desk: Desk) -> None:
    first, *others = asked_and_looked_at(desk)
    accepted(desk, [first])
    desk.does(undo_decision, first, by="lin")
    assert offered(desk) == others
    assert accepted(desk, [first]) == Done(0, (first,))
    answer(desk, first)
    one, other = registrations_of(desk, first)
    assert desk.ids()[one] == desk.ids()[other]
    assert hub.asked(batches, most=20) == []


@pytest.mark.parametrize("words", [GOOD[1:], BAD], ids=["too few", "too many of two people"])
def test_enough_have_to_be_right(hub: Hub, desk: Desk, words: list[ReviewDecision]) -> None:
    pass_over(hub, until=lambda number: not is_audited(number))
    [number] = ask(desk, 1)
    looked_at(hub, words)
    ids = desk.ids()
    assert offered(desk) == []
    assert accepted(desk, [number]) == Done(0, (number,))
    assert desk.ids() == ids
    assert desk.differences() == ()


def test_each_stretch_is_spoken_for_once(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: not is_audited(number))
    [bad] = ask(desk, 1)
    looked_at(hub, BAD)
    pass_over(hub, until=lambda number: not is_audited(number))
    [good] = ask(desk, 1, first=2)
    looked_at(hub, GOOD)
    pass_over(hub, until=lambda number: not is_audited(number))
    ask(desk, 1, first=3)
    first, second = hub.asked(sample).stretches
    assert (first.different, second.different) == (2, 1)
    assert first.first <= bad <= first.last < second.first <= good <= second.last
    assert offered(desk) == [good]


def test_what_was_drawn_is_not_passed_over(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: not is_audited(number) and is_audited(number + 1))
    other, drawn = ask(desk, 2)
    looked_at(hub, GOOD)
    found = hub.asked(sample)
    assert (found.stretches, found.waiting) == ((), (drawn,))
    desk.does(need, drawn, ReviewNeed.DOCUMENT)
    assert offered(desk) == []
    answer(desk, drawn)
    [stretch] = hub.asked(sample).stretches
    assert stretch == Stretch(1, stretch.last, 1)
    assert offered(desk) == [other]


def test_what_weighs_less_or_is_asked_for_another_reason_is_looked_at(hub: Hub, desk: Desk) -> None:
    others = look_at_drawn(desk, ask(desk))
    looked_at(hub, GOOD, weight=7.9)
    looked_at(hub, GOOD, kind=ReviewKind.MERGE)
    assert hub.asked(sample).stretches == ()
    looked_at(hub, GOOD)
    light, double, waits, *rest = others
    with hub.sessions.begin() as session:
        session.get_one(Review, light).weight = 7.9
        session.get_one(Review, double).kind = ReviewKind.DOUBLE
    desk.does(need, waits, ReviewNeed.DOCUMENT)
    assert offered(desk) == rest
    assert accepted(desk, others) == Done(len(rest), (light, double, waits))


def test_answers_under_another_model_say_nothing(hub: Hub, desk: Desk) -> None:
    others = asked_and_looked_at(desk)
    with hub.sessions.begin() as session:
        for review in session.query(Review).where(Review.number.not_in(others)):
            review.model_version = "another"
    assert hub.asked(sample).stretches == ()
    assert offered(desk) == []


def test_where_more_hangs_on_them_somebody_looks(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: is_seconded(number) and not is_audited(number))
    others = asked_and_looked_at(desk)
    taken_back, with_another, moved, verified, kept_apart, told_apart, questioned, *rest = others
    answer(desk, taken_back, DIFFERENT)
    desk.does(undo_decision, taken_back, by="lin")
    ids = desk.ids()
    desk.merge(ids[registrations_of(desk, with_another)[0]], ids["x1"])
    desk.undo(desk.merge(ids[registrations_of(desk, moved)[0]], ids["x2"]))
    opened, _ = registrations_of(desk, verified)
    two = registrations_of(desk, kept_apart)
    with hub.sessions.begin() as session:
        # As the link of who opened a registration, signed in.
        session.get_one(Link, opened).verified = True
        act = Act(session, by="lin", at=desk.now)
        act.keep_apart(*two, ApartStanding(by="lin", reason="two faces", since=desk.now))
        act.finish()
    answer(desk, told_apart, DIFFERENT)
    [one, _] = registrations_of(desk, questioned)
    question = desk.does(ask_district, questioned, one, QuestionTopic.PERSON, by="lin")
    desk.does(withdraw, question.question_id)
    assert offered(desk) == rest
    assert accepted(desk, others) == Done(len(rest), tuple(number for number in others if number not in rest))


def test_what_a_correction_made_less_alike_is_looked_at(hub: Hub, desk: Desk) -> None:
    first, *others = asked_and_looked_at(desk)
    corrected = next(one for one in registrations_of(desk, first) if one.startswith("b"))
    before: Any = somebody(int(corrected[1:]), corrected).data
    told = registration(corrected, name=f"{before.name[0]}守业", birth_date=before.birth_date, version=2)
    hub.hears(desk.districts["luohu"].says(told))
    assert [review.state for review in hub.rows(Review) if review.number == first] == [ReviewState.OPEN]
    assert offered(desk) == others
    assert accepted(desk, [first]) == Done(0, (first,))


def test_what_an_answer_before_it_changed_is_left(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: not any(map(is_audited, range(number, number + 3))))
    desk.districts["nanshan"] = hub.enrol("nanshan")[0]
    for code, key in (("futian", "a1"), ("luohu", "b1"), ("nanshan", "c1")):
        hub.hears(desk.districts[code].says(somebody(1, key)))
    looked_at(hub, GOOD)
    first, *others = offered(desk)
    assert others
    assert accepted(desk, [first, *others]) == Done(1, tuple(others))
    assert len({desk.ids()[key] for key in ("a1", "b1", "c1")}) == 2
    assert desk.differences() == ()


def test_what_something_builds_on_is_not_taken_back_and_the_rest_is(hub: Hub, desk: Desk) -> None:
    first, *others = asked_and_looked_at(desk)
    accepted(desk, [first, *others])
    [batch] = hub.asked(batches, most=20)
    desk.merge(desk.ids()[registrations_of(desk, first)[0]], desk.ids()["x1"])
    assert desk.does(take_back, batch.number, by="mei") == Done(len(others), (first,))
    [left] = hub.asked(batches, most=20)
    assert (left.number, left.count) == (batch.number, 1)
    assert desk.differences() == ()


def test_what_nobody_looked_at_is_counted_apart(hub: Hub, desk: Desk) -> None:
    pass_over(hub, until=lambda number: is_seconded(number) and not is_audited(number))
    first, *others = asked_and_looked_at(desk)
    before, drawn = hub.asked(figures), hub.asked(sample)
    [as_before] = [kind for kind in before.kinds if kind.kind is ReviewKind.POSSIBLE]
    accepted(desk, [first, *others])
    [second] = [review.number for review in hub.rows(Review) if review.follows == first]
    answer(desk, second, SAME, by="chen")
    found = hub.asked(figures)
    [possible] = [kind for kind in found.kinds if kind.kind is ReviewKind.POSSIBLE]
    assert (possible.answered, possible.unseen) == (as_before.answered, 1 + len(others))
    assert (found.agreements, found.unseen_right) == (before.agreements, Share(1, 1))
    assert hub.asked(sample) == drawn


@pytest.mark.parametrize("last", [SAME, DIFFERENT])
def test_where_two_stewards_disagree_the_third_one_s_word_counts(hub: Hub, desk: Desk, last: ReviewDecision) -> None:
    pass_over(hub, until=lambda number: is_audited(number) and is_seconded(number))
    [first] = ask(desk, 1)
    answer(desk, first, SAME)
    answer(desk, first + 1, DIFFERENT, by="mei")
    looked_at(hub, [SAME] * SAMPLE)
    assert (hub.asked(sample).stretches, hub.asked(sample).waiting) == ((), (first,))
    answer(desk, first + 2, last, by="chen")
    [stretch] = hub.asked(sample).stretches
    assert stretch.different == int(last is DIFFERENT)
