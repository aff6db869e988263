"""Can a lead say from where on a machine links, and see who said so before?"""

import pytest
from flask import Flask

from federation.accounts.models import Role
from federation.identity.matching.deciding import ReviewKind
from federation.identity.matching.policies import current_policy
from federation.identity.reviews.models import ReviewDecision
from tests.hub.peers import Hub, registration
from tests.hub.stewards import desk_of, looked_at
from tests.support.stewards import Steward, steward

ADDRESS = "/stewards/thresholds/"


@pytest.fixture
def mei(app: Flask) -> Steward:
    """A lead who has signed in."""
    return steward(app, "mei", role=Role.LEAD)


@pytest.fixture
def many_were_right(hub: Hub) -> None:
    """Stewards have looked at 500 pairs, of which all were of one person."""
    desk_of(hub, {"futian": [registration("a1"), registration("a2", name="李四", birth_date="1971-12-30")]})
    for kind, count in ((ReviewKind.SAMPLE, 100), (ReviewKind.POSSIBLE, 400)):
        looked_at(hub, [ReviewDecision.SAME] * count, kind=kind)


def page_of(lead: Steward) -> str:
    lead.get(ADDRESS)
    return lead.text()


def thresholds(lead: Steward, **stated: str) -> int:
    lead.get(ADDRESS)
    given = {"auto_weight": "8", "review_weight": "0", "conflict_weight": "12", "reason": "500 links were right"}
    return lead.post(ADDRESS, given | stated).status_code


@pytest.mark.usefixtures("many_were_right")
def test_other_thresholds_count_from_now_on_and_who_set_them_stands_there(hub: Hub, mei: Steward) -> None:
    assert "Together 500 0 of 10,000" in page_of(mei)
    assert thresholds(mei) == 200
    assert hub.asked(current_policy).auto_weight == 8
    assert "Version 1 counts from now on." in mei.text()
    assert thresholds(mei, auto_weight="9.5", reason="too many at once") == 200
    words = mei.text()
    assert "2 9.5 0 12" in words
    assert words.index("mei too many at once") < words.index("mei 500 links were right")


def test_a_machine_does_not_link_more_before_stewards_have_looked(hub: Hub, mei: Steward) -> None:
    assert "Together 0 not known yet" in page_of(mei)
    assert thresholds(mei) == 409
    assert "only after stewards have looked at 500 such pairs and links" in mei.text()
    assert hub.asked(current_policy).version == 0


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"reason": " "}, "Say why other thresholds are needed."),
        ({"auto_weight": "-1"}, "no more than what a machine links"),
        ({"auto_weight": "nan"}, "Number must be between"),
        ({"review_weight": ""}, "Enter a number of bits."),
    ],
)
def test_what_cannot_stand_changes_nothing(hub: Hub, mei: Steward, stated: dict[str, str], words: str) -> None:
    assert thresholds(mei, **stated) == 422
    assert words in mei.text()
    assert hub.asked(current_policy).version == 0


def test_only_a_lead_changes_them(hub: Hub, chen: Steward) -> None:
    assert "A lead may change them." in chen.get(ADDRESS).text
    assert thresholds(chen) == 403
    assert hub.asked(current_policy).version == 0
