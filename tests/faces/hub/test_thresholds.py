"""Can a lead say from where on a machine links, and see who said so before?"""

import pytest
from flask import Flask

from federation.accounts.models import Role
from federation.identity.matching.policies import current_policy
from tests.hub.peers import Hub
from tests.support.stewards import Steward, steward

ADDRESS = "/stewards/thresholds/"


@pytest.fixture
def mei(app: Flask) -> Steward:
    """A lead who has signed in."""
    return steward(app, "mei", role=Role.LEAD)


def thresholds(lead: Steward, **stated: str) -> int:
    lead.get(ADDRESS)
    given = {"auto_weight": "8", "review_weight": "0", "conflict_weight": "12", "reason": "500 links were right"}
    return lead.post(ADDRESS, given | stated).status_code


def test_other_thresholds_count_from_now_on_and_who_set_them_stands_there(hub: Hub, mei: Steward) -> None:
    assert thresholds(mei) == 200
    assert hub.asked(current_policy).auto_weight == 8
    assert "Version 1 counts from now on." in mei.text()
    assert thresholds(mei, auto_weight="9.5", reason="too many at once") == 200
    words = mei.text()
    assert "2 9.5 0 12" in words
    assert words.index("mei too many at once") < words.index("mei 500 links were right")


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
