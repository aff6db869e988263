"""Does a district come back with nothing lost that it or the hub had, however often it is put back?"""

import pytest

from sync import streams
from sync.messages.batch import MAX_EVENTS
from tests.simulation.pair import Pair


def test_with_what_was_changed_since_however_often_that_was_changed_before() -> None:
    pair = Pair()
    copy = _copy_before(pair, 2, 3)
    pair.futian.restore(copy)
    pair.futian.write({"futian-1": 4})
    pair.settle()
    assert pair.states("futian-1") == (4, 4)


@pytest.mark.parametrize("has_forgotten", [False, True], ids=["which it remembers", "which it has forgotten"])
def test_to_an_epoch_that_is_over_at_the_hub(has_forgotten: bool) -> None:
    pair = Pair()
    pair.futian.write({"as often": 1, "more often there": 2})
    pair.settle()
    copy = pair.futian.backup()
    pair.begin_epoch(4)
    pair.futian.write({"as often": 3, "more often there": 4, "only there": 5})
    pair.futian.write({"more often there": 6})
    pair.settle()
    if has_forgotten:
        pair.hub.database.execute("DELETE FROM received_batch WHERE epoch = 1")
    pair.futian.restore(copy)
    pair.futian.write({"as often": 7, "more often there": 8})
    assert pair.come_back(pair.futian.backup()) == 1
    assert [pair.states(key) for key in ("as often", "more often there", "only there")] == [(7, 7), (6, 6), (5, 5)]


def test_and_nothing_is_taken_any_more_of_what_it_has_given_up() -> None:
    pair = Pair()
    pair.futian.write({"futian-1": 1})
    pair.settle()
    copy = pair.futian.backup()
    pair.begin_epoch(2)
    pair.futian.write({"futian-1": 2})
    pair.settle()
    pair.futian.write({"futian-1": 3})
    late = pair.hold_back()
    pair.futian.restore(copy)
    pair.go_on_until(lambda pair: pair.epoch == 3)
    pair.weather.waiting(streams.HUB).extend(late)
    pair.settle()
    assert pair.effects("futian-1") == [1, 2]


@pytest.mark.parametrize("edits", [0, 1], ids=["nothing", "as often"])
def test_to_a_state_that_it_was_put_back_to_before(edits: int) -> None:
    """What the hub holds by now was changed less often than what it gave up for that."""
    pair = Pair()
    copy = _copy_before(pair, 2, 3)
    pair.futian.restore(copy)
    pair.futian.write({"futian-1": 4})
    pair.settle()
    pair.futian.restore(copy)
    for edit in range(edits):
        pair.futian.write({"futian-1": 5 + edit})
    pair.settle()
    assert pair.states("futian-1") == (4 + edits, 4 + edits)


def test_to_a_copy_that_was_made_while_it_came_back() -> None:
    pair = Pair()
    copy = _copy_on_the_way_back(pair)
    pair.futian.write({"futian-1": 3})
    pair.settle()
    assert pair.come_back(copy) == 1
    assert pair.states("futian-1") == (3, 3)


def test_to_such_a_copy_while_what_it_said_after_it_is_under_way() -> None:
    pair = Pair()
    copy = _copy_on_the_way_back(pair)
    pair.futian.write({"futian-2": 3})
    pair.go_on_until(lambda pair: pair.epoch == 2)
    pair.futian.write({"futian-1": 4})
    late = pair.hold_back()
    pair.futian.restore(copy)
    pair.go_on_until(lambda pair: pair.epoch == 2)
    pair.weather.lose_everything()
    pair.weather.waiting(streams.HUB).extend(late)
    pair.settle()
    assert (pair.states("futian-1"), pair.states("futian-2")) == ((4, 4), (3, 3))


def test_to_such_a_copy_and_what_was_changed_since_before_the_epoch_that_is_under_way() -> None:
    pair = Pair()
    copy = _copy_on_the_way_back(pair)
    pair.futian.write({"futian-1": 3})
    pair.go_on_until(lambda pair: pair.epoch == 2)
    late = pair.hold_back()
    pair.futian.restore(copy)
    for state in (4, 5):
        pair.futian.write({"futian-1": state})
    pair.go_on_until(lambda pair: pair.epoch == 2)
    pair.weather.lose_everything()
    pair.weather.waiting(streams.HUB).extend(late)
    pair.settle()
    assert pair.states("futian-1") == (5, 5)


def test_to_a_copy_that_was_made_while_it_compared() -> None:
    pair = Pair()
    pair.futian.write({"futian-1": 1, "futian-2": 2})
    pair.settle()
    with pair.futian.sessions.begin() as session:
        pair.futian.recovery.compare(session, streams.up("futian"))
    copy = pair.futian.backup()
    pair.futian.write({"futian-1": 3, "futian-2": 4})
    pair.settle()
    pair.futian.restore(copy)
    pair.futian.write({"futian-1": 5})
    # The answers to what it asked then come first, and not where the hub stands.
    pair.compare_unaware()
    pair.settle()
    assert (pair.states("futian-1"), pair.states("futian-2")) == ((5, 5), (4, 4))


def test_before_its_new_epoch_has_arrived_as_a_whole() -> None:
    pair = Pair()
    pair.futian.write({f"futian-{number}": number for number in range(1, MAX_EVENTS + 2)})
    pair.settle()
    copy = pair.futian.backup()
    pair.futian.write({"futian-1": MAX_EVENTS + 2})
    pair.settle()
    pair.futian.restore(copy)
    pair.go_on_until(lambda pair: pair.epoch == 2)
    beginning = pair.hold_back()[:-1]
    pair.weather.waiting(streams.HUB).extend(beginning)
    pair.answer()
    pair.futian.restore(copy)
    pair.settle()
    assert pair.states("futian-1") == (MAX_EVENTS + 2, MAX_EVENTS + 2)


def _copy_before(pair: Pair, *states: int) -> bytes:
    """Of a moment at which a registration was in state 1; the hub has heard of these later ones, too."""
    pair.futian.write({"futian-1": 1})
    pair.settle()
    copy = pair.futian.backup()
    for state in states:
        pair.futian.write({"futian-1": state})
    pair.settle()
    return copy


def _copy_on_the_way_back(pair: Pair) -> bytes:
    """Has the district put back, and is of a moment at which it has asked what it lost, and was not answered yet."""
    pair.futian.restore(_copy_before(pair, 2))
    pair.go_on_until(lambda pair: pair.is_fetching)
    return pair.futian.backup()
