"""Can the hub's operator mend who is who from the command line?"""

import pytest
from sqlalchemy import update

from federation.identity.history.models import IdentityEvent
from federation.identity.models import VolunteerAlias
from tests.hub.peers import Hub, hours
from tests.hub.stewards import Desk, desk_of, somebody
from tests.hub.test_cli import refused, told

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REASON = ("--reason", "same face")


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub that knows three people, one of whom has served."""
    desk = desk_of(hub, {"futian": [somebody(1, "a1"), somebody(2, "a2")], "luohu": [somebody(3, "b3")]})
    hub.hears(desk.districts["luohu"].says(hours("e1", registration_id="b3", minutes=45)))
    return desk


def test_a_merge_is_shown_done_and_taken_back(desk: Desk) -> None:
    ids = desk.ids()
    shown = told("person", "merge", ids["b3"], ids["a1"], *REASON, "--dry-run")
    assert all(words in shown for words in ("b3", "luohu", ids["a1"], "45", f"Will lead elsewhere: {ids['b3']}"))
    assert desk.ids() == ids
    assert "one person now" in told("person", "merge", ids["b3"], ids["a1"], *REASON)
    assert desk.aliases() == {ids["b3"]: ids["a1"]}
    assert "45 minutes" in told("volunteer", ids["b3"])
    seen = told("person", "show", ids["b3"])
    assert all(words in seen for words in (f"{ids['a1']}, also known as: {ids['b3']}", "steward", "merged"))
    [number] = [event.number for event in desk.hub.rows(IdentityEvent) if event.type == "merged"]
    assert "taken back" in told("person", "undo", str(number))
    assert desk.ids() == ids
    assert f"Act {number} has been taken back already" in refused("person", "undo", str(number))


def test_a_split_says_how_it_is_taken_back(desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["b3"])
    assert "own again" in told("person", "split", ids["a1"], "b3", *REASON, "--dry-run")
    assert desk.aliases() != {}
    done = told("person", "split", ids["a1"], "b3", *REASON)
    assert desk.ids() == ids
    *_, number = done.split()
    told("person", "undo", number)
    assert desk.aliases() == {ids["b3"]: ids["a1"]}


def test_who_was_told_apart_is_merged_when_that_is_taken_back(desk: Desk) -> None:
    ids = desk.ids()
    told("person", "apart", "a1", "a2", *REASON)
    assert "different people" in told("person", "merge", ids["a1"], ids["a2"], *REASON, "--dry-run")
    assert "take it back first" in refused("person", "merge", ids["a1"], ids["a2"], *REASON)
    told("person", "together", "a2", "a1", *REASON)
    told("person", "merge", ids["a1"], ids["a2"], *REASON)


def test_two_verified_persons_wait_for_a_second_steward(desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    desk.hub.hears(desk.districts["luohu"].says(somebody(4, "b4")))
    desk.merge(ids["b3"], desk.ids()["b4"])
    assert "in review 1" in told("person", "merge", ids["a1"], ids["b3"], *REASON)
    assert len(set(desk.ids().values())) == 2


@pytest.mark.usefixtures("desk")
def test_nobodys_number_is_refused() -> None:
    assert "Nobody has" in refused("person", "show", "44000000000000")
    assert "no act 999" in refused("person", "undo", "999")


def test_the_record_of_who_is_who_is_verified(desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    assert "The tables say the same" in told("identity", "verify")
    with desk.hub.sessions.begin() as session:
        session.execute(update(VolunteerAlias).values(volunteer_id=ids["b3"]))
    assert f"alias {ids['a2']}" in refused("identity", "verify")
    with desk.hub.sessions.begin() as session:
        session.execute(update(IdentityEvent).where(IdentityEvent.number == 4).values(by="nobody"))
    assert "event 4 does not fit" in refused("identity", "verify")
