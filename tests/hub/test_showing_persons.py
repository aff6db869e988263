"""Does a steward see all that belongs to a person, and all that happened?"""

import pytest

from federation.errors import NotFound
from federation.identity.history.models import IdentityEventType
from federation.identity.merging.separating import keep_apart
from federation.identity.stewarding.showing_persons import show_person
from tests.hub.peers import Hub, registration
from tests.hub.stewards import Desk, desk_of, somebody


@pytest.fixture
def desk(hub: Hub) -> Desk:
    return desk_of(hub, {"futian": [registration("a1", phone="13800138000"), somebody(2, "a2")], "luohu": [somebody(3, "b1")]})


def test_a_person_is_shown_by_any_of_their_ids_with_what_every_registration_says(hub: Hub, desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["b1"])
    for volunteer_id in (ids["a1"], ids["b1"]):
        shown = hub.asked(show_person, volunteer_id, settings=hub.settings)
        assert shown.person.volunteer_id == ids["a1"]
        assert {key: one.district for key, one in shown.registrations.items()} == {"a1": "futian", "b1": "luohu"}
        assert shown.registrations["a1"].person.phone == "138****8000"
    with pytest.raises(NotFound):
        hub.asked(show_person, "44000000000000", settings=hub.settings)


def test_both_see_that_they_are_kept_apart(hub: Hub, desk: Desk) -> None:
    ids = desk.ids()
    desk.does(keep_apart, "a2", "b1", reason="two faces", by="lin")
    for own, other in (("a2", "b1"), ("b1", "a2")):
        [kept] = hub.asked(show_person, ids[own], settings=hub.settings).apart
        assert (kept.registration_id, kept.other_registration_id, kept.other_volunteer_id) == (own, other, ids[other])
        assert kept.pair.reason == "two faces"


def test_the_history_is_told_act_by_act_with_what_was_taken_back(hub: Hub, desk: Desk) -> None:
    ids = desk.ids()
    merged = desk.merge(ids["a1"], ids["b1"])
    undone = desk.undo(merged)
    acts = hub.asked(show_person, ids["a1"], settings=hub.settings).acts
    assert [act.number for act in acts] == sorted((act.number for act in acts), reverse=True)
    by_number = {act.number: act for act in acts}
    assert by_number[merged].undone_by == undone
    assert by_number[merged].steps[0].type is IdentityEventType.MOVED
    assert by_number[undone].undone_by is None
    # What was a step of an act about somebody else begins with that, and leads to it.
    assert merged in {act.number for act in hub.asked(show_person, ids["b1"], settings=hub.settings).acts}
