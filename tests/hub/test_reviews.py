"""Does a steward's answer lead to what it says, and is it looked at by others where it should be?"""

import itertools

import pytest

from federation.errors import Invalid, NotFound, ReasonMissing, StateForbids
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.matching.deciding import ReviewKind
from federation.identity.models import DoNotLink, Link
from federation.identity.reviews.drawing import is_sampled, is_seconded
from federation.identity.reviews.models import Review, ReviewDecision, ReviewNeed, ReviewState
from federation.identity.stewarding.counting import Share, figures
from federation.identity.stewarding.deciding import decide, merge_or_propose, need, undo_decision
from federation.identity.stewarding.finding import Part, Waiting, next_review, previous_review, queue, waiting
from federation.identity.stewarding.registrations import masked
from federation.identity.stewarding.showing import show
from federation.identity.stewarding.unmasking import unmask
from tests.hub.peers import AT, Hub, Told, registration
from tests.hub.stewards import Desk, desk_of, somebody

SAME, DIFFERENT = ReviewDecision.SAME, ReviewDecision.DIFFERENT


def doubtful(hub: Hub, pairs: int = 1) -> Desk:
    """A desk with a review for each pair of people: two who show one document, and agree in nothing else."""
    return desk_of(
        hub,
        {
            "futian": [somebody(number, f"a{number}", document=f"D{number}") for number in range(1, pairs + 1)],
            "luohu": [somebody(number + 50, f"b{number}", document=f"D{number}") for number in range(1, pairs + 1)],
        },
    )


def answer(
    desk: Desk, number: int, decision: ReviewDecision, *, by: str = "lin", despite: bool = False, reason: str = "seen"
) -> Review:
    settings = desk.hub.settings
    return desk.does(decide, number, decision, settings=settings, by=by, reason=reason, despite_documents=despite)


def reviews(hub: Hub) -> list[tuple[int, ReviewKind, ReviewState]]:
    return [(review.number, review.kind, review.state) for review in hub.rows(Review)]


def numbers(desk: Desk, by: str = "lin", **filters: object) -> list[int]:
    return [review.number for review in desk.hub.asked(queue, by=by, **filters)]


def told_again(told: Told, version: int) -> Told:
    return Told(told.type, told.key, version, told.data)


def test_same_makes_one_person_of_two_and_can_be_taken_back(hub: Hub) -> None:
    desk = doubtful(hub)
    assert reviews(hub) == [(1, ReviewKind.MISTYPED, ReviewState.OPEN)]
    before = desk.tables()
    answer(desk, 1, SAME)
    assert len(set(desk.ids().values())) == 1
    assert reviews(hub) == [(1, ReviewKind.MISTYPED, ReviewState.DECIDED)]
    assert desk.differences() == ()
    desk.does(undo_decision, 1, by="lin")
    assert desk.tables() == before
    assert desk.differences() == ()


def test_different_keeps_two_people_apart_and_can_be_taken_back(hub: Hub) -> None:
    desk = doubtful(hub)
    before = desk.tables()
    answer(desk, 1, DIFFERENT)
    assert [(pair.one, pair.other) for pair in hub.rows(DoNotLink)] == [("a1", "b1")]
    assert desk.ids() == {key[0]: row["volunteer_id"] for key, row in before["link"].items()}
    assert desk.differences() == ()
    desk.does(undo_decision, 1, by="mei")
    assert desk.tables() == before


def test_different_people_are_told_apart_for_a_reason(hub: Hub) -> None:
    desk = doubtful(hub)
    for reason in ("", "  "):
        with pytest.raises(ReasonMissing):
            answer(desk, 1, DIFFERENT, reason=reason)
    answer(desk, 1, SAME, reason="")
    assert len(set(desk.ids().values())) == 1


def test_a_review_is_answered_once(hub: Hub) -> None:
    desk = doubtful(hub)
    answer(desk, 1, DIFFERENT)
    with pytest.raises(StateForbids, match="decided already"):
        answer(desk, 1, SAME, by="mei")
    with pytest.raises(NotFound):
        answer(desk, 2, SAME)
    desk.does(undo_decision, 1, by="lin")
    with pytest.raises(StateForbids, match="Nobody has answered"):
        desk.does(undo_decision, 1, by="lin")


def test_the_oldest_waits_first_and_what_needs_something_waits_apart(hub: Hub) -> None:
    desk = doubtful(hub, 3)
    assert numbers(desk) == [1, 2, 3]
    desk.does(need, 1, ReviewNeed.DOCUMENT)
    assert numbers(desk) == [2, 3]
    assert numbers(desk, need=ReviewNeed.DOCUMENT) == [1]
    assert numbers(desk, part=Part(ReviewKind.TWINS)) == []
    assert hub.asked(waiting, by="lin") == [Waiting(ReviewKind.MISTYPED, ready=2, needing=1, oldest_at=AT)]
    second = hub.asked(next_review, by="lin")
    assert second is not None
    third = hub.asked(next_review, by="lin", after=second)
    assert third is not None
    again = hub.asked(next_review, by="lin", after=third)
    assert again is not None
    assert (second.number, third.number, again.number) == (2, 3, 2)
    back = hub.asked(previous_review, by="lin", before=third)
    assert back is not None
    assert back.number == 2
    assert hub.asked(previous_review, by="lin", before=second) is None
    answer(desk, 1, DIFFERENT)
    with pytest.raises(StateForbids):
        desk.does(need, 1, ReviewNeed.DOCUMENT)


def test_a_merge_makes_obsolete_what_was_asked_about_the_two(hub: Hub) -> None:
    desk = doubtful(hub)
    ids = desk.ids()
    act = desk.merge(ids["a1"], ids["b1"])
    assert reviews(hub) == [(1, ReviewKind.MISTYPED, ReviewState.OBSOLETE)]
    desk.undo(act)
    assert reviews(hub) == [(1, ReviewKind.MISTYPED, ReviewState.OPEN)]


def test_a_correction_makes_obsolete_what_is_not_asked_any_more(hub: Hub) -> None:
    desk = doubtful(hub, 2)
    luohu = desk.districts["luohu"]
    hub.hears(luohu.says(told_again(somebody(51, "b1", document="another"), 2)))
    hub.hears(luohu.says(told_again(somebody(52, "b2", document="D2"), 2)))
    assert [state for _, _, state in reviews(hub)] == [ReviewState.OBSOLETE, ReviewState.OPEN]
    assert desk.differences() == ()


def test_a_merge_is_looked_at_before_where_more_moves_than_one_registration(hub: Hub) -> None:
    desk = desk_of(
        hub,
        {
            "futian": [registration("a1", name="欧阳婷婷", phone="13600136000"), somebody(1, "a2")],
            "luohu": [registration("b1", name="欧阳丽丽", phone="13600136000")],
        },
    )
    assert not hub.asked(show, 1, settings=hub.settings).moves_much
    act = desk.merge(desk.ids()["a1"], desk.ids()["a2"])
    assert hub.asked(show, 1, settings=hub.settings).moves_much
    desk.undo(act)
    assert not hub.asked(show, 1, settings=hub.settings).moves_much
    answer(desk, 1, SAME)
    assert not hub.asked(show, 1, settings=hub.settings).moves_much


def test_two_stewards_merge_who_has_been_verified_twice(hub: Hub) -> None:
    desk = doubtful(hub, 2)
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"], despite_documents=True)
    desk.merge(ids["b1"], ids["b2"], despite_documents=True)
    before = desk.tables()
    answer(desk, 1, SAME, by="lin", despite=True)
    assert reviews(hub)[0] == (1, ReviewKind.MISTYPED, ReviewState.SECONDING)
    assert (1 in numbers(desk, by="lin"), 1 in numbers(desk, by="mei")) == (False, True)
    with pytest.raises(StateForbids, match="Another steward"):
        answer(desk, 1, SAME, by="lin", despite=True)
    proposed = desk.tables()
    answer(desk, 1, SAME, by="mei", despite=True)
    assert len(set(desk.ids().values())) == 1
    assert desk.differences() == ()
    desk.does(undo_decision, 1, by="lin")
    assert desk.tables() == proposed
    desk.does(undo_decision, 1, by="lin")
    assert desk.tables() == before
    assert desk.differences() == ()


def test_a_merge_by_hand_of_two_verified_persons_asks_a_second_steward(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(number, f"a{number}") for number in range(1, 5)]})
    ids = desk.ids()
    named = {"reason": "same face", "settings": hub.settings, "by": "lin"}
    assert desk.does(merge_or_propose, ids["a1"], ids["a2"], **named) is None
    assert desk.does(merge_or_propose, ids["a3"], ids["a4"], **named) is None
    review = desk.does(merge_or_propose, ids["a1"], ids["a3"], **named)
    assert review is not None
    assert (review.kind, review.state) == (ReviewKind.MERGE, ReviewState.SECONDING)
    assert len(set(desk.ids().values())) == 2
    desk.does(undo_decision, review.number, by="lin")
    assert (review.number, ReviewKind.MERGE, ReviewState.OBSOLETE) in reviews(hub)
    review = desk.does(merge_or_propose, ids["a1"], ids["a3"], **named)
    assert review is not None
    answer(desk, review.number, SAME, by="mei")
    assert len(set(desk.ids().values())) == 1
    assert desk.differences() == ()


def seconded(desk: Desk, first: ReviewDecision) -> tuple[int, int]:
    """Answers reviews until one is drawn to be asked once more; gives its number, and that of the review that asks."""
    for number in itertools.count(1):
        answer(desk, number, first)
        drawn = [review for review in desk.hub.rows(Review) if review.kind is ReviewKind.SECOND]
        assert bool(drawn) == is_seconded(number)
        if drawn:
            return number, drawn[0].number
    raise AssertionError


FIRST_DRAWN = next(number for number in itertools.count(1) if is_seconded(number))


@pytest.mark.parametrize("first", [SAME, DIFFERENT])
def test_a_second_look_is_taken_by_somebody_who_does_not_know_the_first(hub: Hub, first: ReviewDecision) -> None:
    desk = doubtful(hub, FIRST_DRAWN)
    _, second = seconded(desk, first)
    assert (second in numbers(desk, by="lin"), second in numbers(desk, by="mei")) == (False, True)
    with pytest.raises(StateForbids, match="once"):
        answer(desk, second, first, by="lin")
    sides = hub.asked(show, second, settings=hub.settings).sides
    assert [(side.person, side.others) for side in sides] == [(None, ()), (None, ())]
    ids = desk.ids()
    answer(desk, second, first, by="mei")
    assert desk.ids() == ids
    assert hub.asked(figures).agreements == Share(1, 1)
    assert numbers(desk, by="chen") == []


@pytest.mark.parametrize(("first", "last"), [(SAME, SAME), (SAME, DIFFERENT), (DIFFERENT, SAME), (DIFFERENT, DIFFERENT)])
def test_where_two_disagree_somebody_third_decides(hub: Hub, first: ReviewDecision, last: ReviewDecision) -> None:
    desk = doubtful(hub, FIRST_DRAWN)
    number, second = seconded(desk, first)
    answer(desk, second, DIFFERENT if first is SAME else SAME, by="mei")
    third = second + 1
    assert [numbers(desk, by=by) for by in ("lin", "mei", "chen")] == [[], [], [third]]
    before = desk.tables()
    answer(desk, third, last, by="chen")
    ids = desk.ids()
    assert (ids[f"a{number}"] == ids[f"b{number}"]) == (last is SAME)
    apart = {(pair.one, pair.other) for pair in hub.rows(DoNotLink)}
    assert ((f"a{number}", f"b{number}") in apart) == (last is DIFFERENT)
    assert hub.asked(figures).agreements == Share(0, 1)
    assert desk.differences() == ()
    if first is not last:
        desk.does(undo_decision, third, by="chen")
        assert desk.tables()["do_not_link"] == before["do_not_link"]
        assert desk.tables()["review"] == before["review"]


def test_taking_back_what_was_drawn_asks_nobody_else_any_more(hub: Hub) -> None:
    desk = doubtful(hub, FIRST_DRAWN)
    number, second = seconded(desk, SAME)
    desk.does(undo_decision, number, by="lin")
    assert (second, ReviewKind.SECOND, ReviewState.OBSOLETE) in reviews(hub)
    assert desk.differences() == ()


SAMPLED = next(key for number in itertools.count() if is_sampled(key := f"b{number}"))


@pytest.mark.parametrize("right", [True, False])
def test_a_few_links_of_machines_are_looked_at(hub: Hub, right: bool) -> None:
    desk = desk_of(
        hub, {"futian": [somebody(1, "a1", document="D")], "luohu": [somebody(1, SAMPLED, document="D"), somebody(2, "x")]}
    )
    assert reviews(hub) == [(1, ReviewKind.SAMPLE, ReviewState.OPEN)]
    before = desk.tables()
    answer(desk, 1, SAME if right else DIFFERENT)
    [link] = [link for link in hub.rows(Link) if link.registration_id == SAMPLED]
    assert (link.verified, link.volunteer_id == desk.ids()["a1"]) == (True, right)
    assert hub.asked(figures).samples_right == Share(int(right), 1)
    assert desk.differences() == ()
    if right:
        desk.does(undo_decision, 1, by="lin")
        assert desk.tables() == before


def test_a_steward_sees_both_sides_and_no_whole_telephone_number(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("a1", name="王小明", document="D", phone="13800138000")),
        luohu.says(registration("b1", name="李四", birth_date="1971-12-30", document="D", phone="13900139000")),
    )
    shown = hub.asked(show, 1, settings=hub.settings)
    assert {side.registration.registration_id: side.registration.person.name for side in shown.sides} == {
        "a1": "王小明",
        "b1": "李四",
    }
    assert {side.registration.person.phone for side in shown.sides} == {"138****8000", "139****9000"}
    assert (shown.same_document, shown.documents_differ) == (True, False)
    assert {evidence.field for evidence in shown.evidence} == {"name", "birth_date", "phone", "gender"}


def test_whole_numbers_are_shown_to_somebody_whom_the_history_names(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("a1", document="D", phone="13800138000")),
        luohu.says(registration("b1", name="李四", birth_date="1971-12-30", document="D")),
    )
    desk = Desk(hub)
    assert desk.does(unmask, 1, settings=hub.settings, by="lin") == {"a1": "13800138000"}
    [looked] = [event for event in hub.rows(IdentityEvent) if event.type == IdentityEventType.UNMASKED]
    assert (looked.registration_id, looked.by, "138" in looked.body) == ("a1", "lin", False)
    assert desk.differences() == ()
    answer(desk, 1, DIFFERENT)
    with pytest.raises(StateForbids):
        desk.does(unmask, 1, settings=hub.settings, by="lin")


@pytest.mark.parametrize(("phone", "seen"), [(None, None), ("13800138000", "138****8000"), ("0755123", "*******")])
def test_enough_of_a_number_is_hidden(phone: str | None, seen: str | None) -> None:
    assert masked(phone) == seen


def test_what_is_asked_about_one_registration_alone_has_no_other_to_be_the_same_as(hub: Hub) -> None:
    desk = doubtful(hub)
    with hub.sessions.begin() as session:
        review = session.get_one(Review, 1)
        review.kind, review.other_registration_id = ReviewKind.CROWDED, None
    with pytest.raises(Invalid):
        answer(desk, 1, SAME)
    answer(desk, 1, DIFFERENT)
    assert reviews(hub) == [(1, ReviewKind.CROWDED, ReviewState.DECIDED)]
    assert hub.rows(DoNotLink) == []
