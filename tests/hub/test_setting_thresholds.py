"""Does a machine link more only once stewards have found that it may?"""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from federation.errors import StateForbids
from federation.identity.auditing.estimating import Audit, audit
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.matching.deciding import ReviewKind
from federation.identity.matching.policies import Policy, current_policy
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState
from tests.hub.peers import Hub, registration
from tests.hub.stewards import Desk, desk_of, looked_at

SAME, DIFFERENT = ReviewDecision.SAME, ReviewDecision.DIFFERENT
LINKS, ASKED = ReviewKind.SAMPLE, ReviewKind.POSSIBLE


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub that knows two people."""
    return desk_of(hub, {"futian": [registration("a1"), registration("a2", name="李四", birth_date="1971-12-30")]})


def lower(desk: Desk, auto_weight: float) -> Policy:
    return desk.does(change_policy, by="mei", reason="many were right", auto_weight=auto_weight)


def test_nobody_has_looked_yet(hub: Hub, desk: Desk) -> None:
    assert hub.asked(audit, 8) == Audit(0, None)
    with pytest.raises(StateForbids, match="So far they have looked at 0"):
        lower(desk, 8)
    assert hub.asked(current_policy).version == 0


@pytest.mark.parametrize(
    ("links", "asked"),
    [
        ([SAME] * 100, [SAME] * 399),
        ([SAME] * 100, [DIFFERENT] * 11 + [SAME] * 389),
        ([DIFFERENT] + [SAME] * 99, [SAME] * 400),
    ],
    ids=["too few", "too many wrong of those asked about", "a hundred times too many of the links"],
)
def test_what_stewards_found_does_not_allow_it(
    hub: Hub, desk: Desk, links: Sequence[ReviewDecision], asked: Sequence[ReviewDecision]
) -> None:
    looked_at(hub, links, kind=LINKS)
    looked_at(hub, asked)
    with pytest.raises(StateForbids):
        lower(desk, 8)
    assert hub.asked(current_policy).version == 0
    assert desk.differences() == ()


def test_of_the_links_one_in_a_hundred_was_looked_at_and_of_what_was_asked_each(hub: Hub, desk: Desk) -> None:
    looked_at(hub, [SAME] * 100, kind=LINKS)
    looked_at(hub, [DIFFERENT] * 10 + [SAME] * 390)
    looked_at(hub, [DIFFERENT] * 50, weight=7.9)
    assert hub.asked(audit, 8) == Audit(500, 10_000 * 10 / (100 * 100 + 400))
    assert lower(desk, 8).auto_weight == 8
    assert lower(desk, 9.5).auto_weight == 9.5
    with pytest.raises(StateForbids, match=r"Of 10000 links of a machine that links from 7.5 bits on, 57\.\d would be wrong"):
        lower(desk, 7.5)
    assert hub.asked(current_policy).version == 2


def test_links_that_nobody_has_looked_at_say_nothing(hub: Hub, desk: Desk) -> None:
    looked_at(hub, [SAME], kind=LINKS)
    looked_at(hub, [SAME] * 500)
    with hub.sessions.begin() as session:
        drawn = session.scalars(select(Review).where(Review.kind == LINKS, Review.state == ReviewState.DECIDED)).one()
        drawn.state, drawn.decision = ReviewState.OPEN, None
    assert hub.asked(audit, 8) == Audit(500, None)
    with pytest.raises(StateForbids, match="some of each"):
        lower(desk, 8)


def test_what_was_raised_may_come_down_to_what_is_shipped(desk: Desk) -> None:
    assert [lower(desk, weight).auto_weight for weight in (12, 10)] == [12, 10]
    with pytest.raises(StateForbids):
        lower(desk, 9.9)
