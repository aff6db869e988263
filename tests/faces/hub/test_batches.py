"""Does a lead accept at once what a sample speaks for?"""

import re

import pytest
from flask import Flask

from federation.accounts.models import Role
from federation.identity.auditing.sampling import SAMPLE
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState
from tests.hub.peers import Hub, registration
from tests.hub.stewards import Desk, desk_of, looked_at, pass_over, somebody
from tests.support.stewards import Steward, steward

ADDRESS = "/stewards/batches/"
GOOD = [ReviewDecision.SAME] * SAMPLE


@pytest.fixture
def mei(app: Flask) -> Steward:
    """A lead who has signed in."""
    return steward(app, "mei", role=Role.LEAD)


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub at which no machine links."""
    desk = desk_of(hub, {"futian": [registration("x1")], "luohu": [registration("x2", name="李四", birth_date="1971-12-30")]})
    desk.does(change_policy, by="root", reason="stewards first", auto_weight=60)
    return desk


def ask(desk: Desk, *, first_is_drawn: bool = False) -> list[int]:
    """Lets two pairs register that are perhaps one person each; gives the numbers of the reviews, of which one may be drawn."""
    pass_over(desk.hub, until=lambda number: (is_audited(number), is_audited(number + 1)) == (first_is_drawn, False))
    for code, prefix in (("futian", "a"), ("luohu", "b")):
        desk.hub.hears(desk.districts[code].says(*(somebody(number, f"{prefix}{number}") for number in (1, 2))))
    return [review.number for review in desk.hub.rows(Review) if review.state is ReviewState.OPEN]


def offered(lead: Steward) -> list[str]:
    return re.findall(r'name="review" value="(\d+)"', lead.get(ADDRESS).text)


def test_what_a_sample_speaks_for_is_accepted_and_taken_back(hub: Hub, desk: Desk, mei: Steward) -> None:
    numbers = ask(desk)
    looked_at(hub, GOOD)
    before = desk.ids()
    assert "Accept many at once" in mei.get("/stewards/").text
    shown = offered(mei)
    assert shown == [str(number) for number in numbers]
    assert "Futian" in mei.text()
    mei.post(ADDRESS, {"review": shown})
    assert "2 reviews: one person each." in mei.text()
    assert "Nothing waits that may be accepted together." in mei.text()
    ids = desk.ids()
    assert (ids["a1"] == ids["b1"], ids["a2"] == ids["b2"]) == (True, True)
    assert "Accepted with others at once, without a look at each." in mei.get(f"/stewards/reviews/{numbers[0]}/").text
    [undo] = re.findall(r'action="(/stewards/batches/\d+/undo)"', mei.get(ADDRESS).text)
    mei.post(undo)
    assert "Taken back: 2 reviews wait again." in mei.text()
    assert desk.ids() == before
    assert desk.differences() == ()


def test_what_somebody_answered_meanwhile_is_named_and_left(hub: Hub, desk: Desk, mei: Steward) -> None:
    first, second = ask(desk)
    looked_at(hub, GOOD)
    shown = offered(mei)
    mei.post(f"/stewards/reviews/{first}/different", reason="two faces")
    mei.get(ADDRESS)
    mei.post(ADDRESS, {"review": shown})
    words = mei.text()
    assert "1 review: one person." in words
    assert f"These stay: they were answered, wait for something, or have changed: {first}." in words
    ids = desk.ids()
    assert (ids["a1"] == ids["b1"]) != (ids["a2"] == ids["b2"])
    assert second not in [review.number for review in hub.rows(Review) if review.state is ReviewState.OPEN]


def test_without_enough_that_were_looked_at_nothing_is_offered_or_accepted(hub: Hub, desk: Desk, mei: Steward) -> None:
    numbers = ask(desk)
    before = desk.ids()
    looked_at(hub, GOOD[1:])
    assert offered(mei) == []
    assert "Looked at for the next 200 199" in mei.text()
    assert "Too few have been looked at yet." in mei.text()
    mei.post(ADDRESS, {"review": numbers})
    assert "0 reviews: one person each." in mei.text()
    assert desk.ids() == before


def test_what_was_found_stands_there(hub: Hub, desk: Desk, mei: Steward) -> None:
    ask(desk)
    looked_at(hub, [ReviewDecision.DIFFERENT] * 2 + GOOD[2:])
    assert offered(mei) == []
    assert "2 to be looked at" in mei.text()
    looked_at(hub, GOOD)
    mei.get(ADDRESS)
    assert "0 may be accepted" in mei.text()


def test_the_drawn_ones_are_worked_through_by_themselves(hub: Hub, desk: Desk, mei: Steward) -> None:
    drawn, other = ask(desk, first_is_drawn=True)
    looked_at(hub, GOOD)
    assert offered(mei) == []
    assert "Drawn, and waiting 1" in mei.text()
    listed = mei.get("/stewards/reviews/?kind=drawn").text
    assert re.findall(r"/stewards/reviews/(\d+)/", listed) == [str(drawn)]
    look = f"/stewards/reviews/{drawn}/?kind=drawn"
    assert f'href="{look}"' in mei.get(ADDRESS).text
    mei.get(look)
    mei.post(f"/stewards/reviews/{drawn}/same?kind=drawn")
    assert f"Review {drawn}: one person." in mei.text()
    assert offered(mei) == [str(other)]


def test_a_steward_sees_it_and_only_a_lead_accepts(hub: Hub, desk: Desk, mei: Steward, chen: Steward) -> None:
    numbers = ask(desk)
    looked_at(hub, GOOD)
    assert "A lead may accept them." in chen.get(ADDRESS).text
    assert chen.post(ADDRESS, {"review": numbers}).status_code == 403
    assert len(set(desk.ids().values())) == 6
    mei.get(ADDRESS)
    mei.post(ADDRESS, {"review": numbers})
    [undo] = re.findall(r'action="(/stewards/batches/\d+/undo)"', mei.get(ADDRESS).text)
    assert chen.post(undo).status_code == 403
    assert len(set(desk.ids().values())) == 4


def test_nonsense_is_no_review(hub: Hub, desk: Desk, mei: Steward) -> None:
    ask(desk)
    looked_at(hub, GOOD)
    ids = desk.ids()
    mei.get(ADDRESS)
    mei.post(ADDRESS, {"review": ["x", "0", "99999", str(10**30)]})
    assert "0 reviews: one person each." in mei.text()
    mei.post(f"{ADDRESS}{10**12}/undo")
    assert "Taken back: 0 reviews wait again." in mei.text()
    assert desk.ids() == ids
    assert desk.differences() == ()
