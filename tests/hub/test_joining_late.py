"""Does somebody who was alone come to the person whose they are, when a later registration tells?"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, permutations
from typing import Any

import pytest

from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.linking.waiting import link_waiting
from federation.identity.matching.deciding import ReviewKind
from federation.identity.merging.joining_late import join_late
from federation.identity.merging.separating import keep_apart
from federation.identity.models import Link, LinkReason
from federation.identity.reviews.drawing import is_sampled
from federation.identity.reviews.models import Review
from federation.intake import open_inbox
from tests.hub.peers import AT, Hub, Told, registration
from tests.hub.stewards import Desk, desk_of

HERS: dict[str, Any] = {"name": "欧阳若兰", "birth_date": "1987-11-23", "phone": "13912345678"}
"""What `b` and `c` say."""
RATHER_LIKE: dict[str, Any] = {"name": "欧阳若岚", "birth_date": "1987-03-05"}
"""What `a` says: enough like `c` that a steward is asked. With `b` it has the document in common."""


def a() -> Told:
    return registration("a", document="D", **RATHER_LIKE)


def b(key: str = "b") -> Told:
    return registration(key, document="D", **HERS)


def c(key: str = "c") -> Told:
    return registration(key, **HERS)


def heard(hub: Hub, *told: Told) -> Desk:
    """A desk at a hub that heard these one by one, each from a district of its own."""
    return desk_of(hub, {f"district-{one.key}": [one] for one in told})


def pending(desk: Desk) -> dict[frozenset[str | None], ReviewKind]:
    """What stewards have to answer, by the registrations in question."""
    reviews = (review for review in desk.hub.rows(Review) if review.is_pending)
    return {frozenset((review.registration_id, review.other_registration_id)): review.kind for review in reviews}


@pytest.mark.parametrize("order", list(permutations("abc")), ids="".join)
def test_three_that_are_one_person_come_together_in_whichever_order(hub: Hub, order: Sequence[str]) -> None:
    told = {"a": a(), "b": b(), "c": c()}
    desk = heard(hub, *(told[key] for key in order))
    assert len(set(desk.ids().values())) == 1
    assert pending(desk) == {}
    assert desk.persons() == 1
    assert desk.differences() == ()


def test_only_the_one_that_was_alone_moves_and_its_id_goes_on_answering(hub: Hub) -> None:
    desk = heard(hub, c(), a())
    before = desk.ids()
    assert pending(desk) == {frozenset("ac"): ReviewKind.POSSIBLE}
    [late] = hub.enrol("late")
    hub.hears(late.says(b()))
    assert desk.ids() == dict.fromkeys("abc", before["a"])
    assert desk.aliases() == {before["c"]: before["a"]}
    assert hub.told(desk.districts["district-c"]) == {"c": before["a"]}
    link = hub.rows(Link)[2]
    assert (link.reason, link.verified, link.own_volunteer_id) == (LinkReason.LIKENESS, False, before["c"])
    assert link.weight is not None


def test_a_register_that_is_linked_as_a_whole_comes_to_the_same(hub: Hub) -> None:
    waiting = replace(hub.settings, links_on_arrival=False)
    # In the order of their keys.
    first, second, third = c("1"), registration("2", document="D", **RATHER_LIKE), b("3")
    desk = heard(Hub(waiting, hub.sessions, open_inbox(waiting, now=lambda: AT)), first, second, third)
    assert desk.ids() == {}
    desk.does(link_waiting, after="", limit=10, settings=waiting, join_late=join_late)
    assert len(set(desk.ids().values())) == 1
    assert pending(desk) == {}
    assert desk.differences() == ()


def test_taken_back_it_is_as_it_was_and_the_question_waits_for_a_steward(hub: Hub) -> None:
    desk = heard(hub, c(), a())
    before = desk.ids()
    [late, later] = hub.enrol("late", "later")
    hub.hears(late.says(b()))
    [merged] = [event.number for event in desk.hub.rows(IdentityEvent) if event.type is IdentityEventType.MERGED]
    desk.undo(merged)
    assert desk.ids() == before | {"b": before["a"]}
    assert desk.aliases() == {}
    assert pending(desk) == {frozenset("ac"): ReviewKind.POSSIBLE, frozenset("bc"): ReviewKind.MERGE}
    assert desk.differences() == ()
    # What a steward has taken back no machine does again.
    hub.hears(later.says(b("b2")))
    assert desk.ids()["c"] == before["c"]


def test_whom_a_steward_told_apart_from_a_person_stays_alone(hub: Hub) -> None:
    desk = heard(hub, c(), a())
    desk.does(keep_apart, "a", "c", reason="two faces", by="lin")
    [late] = hub.enrol("late")
    hub.hears(late.says(b()))
    ids = desk.ids()
    assert ids["a"] == ids["b"] != ids["c"]


def test_who_has_two_registrations_is_a_steward_s_to_merge(hub: Hub) -> None:
    desk = heard(hub, c(), c("c2"), a(), b())
    ids = desk.ids()
    assert ids["c"] == ids["c2"] != ids["b"]
    assert ReviewKind.MERGE in pending(desk).values()


def test_who_contradicts_another_registration_of_the_person_stays_alone(hub: Hub) -> None:
    other = registration("a", document="D", name="李四", birth_date="1987-03-05")
    like_both = registration("b", document="D", name=HERS["name"], phone=HERS["phone"], birth_date="1987-03-05")
    desk = heard(hub, c(), other, like_both)
    ids = desk.ids()
    assert ids["a"] == ids["b"] != ids["c"]
    assert pending(desk) == {frozenset("bc"): ReviewKind.MERGE}


def test_a_few_of_those_that_joined_late_are_shown_to_a_steward(hub: Hub) -> None:
    drawn = next(key for key in map("c{}".format, count()) if is_sampled(key))
    desk = heard(hub, c(drawn), a(), b())
    assert pending(desk) == {frozenset((drawn, "b")): ReviewKind.SAMPLE}
