"""Does a machine link more only once stewards have found that it may?"""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from federation.errors import Invalid, StateForbids
from federation.identity.auditing.estimating import audit
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
    assert hub.asked(audit, 8).looked_at == 0
    with pytest.raises(StateForbids, match="So far they have looked at 0"):
        lower(desk, 8)
    assert hub.asked(current_policy).version == 0


@pytest.mark.parametrize(
    ("links", "asked", "words"),
    [
        ([SAME] * 100, [SAME] * 399, "looked at 499"),
        ([SAME] * 99, [SAME] * 401, "99 links of machines, and at 401 pairs"),
        ([SAME] * 401, [SAME] * 99, "401 links of machines, and at 99 pairs"),
        ([DIFFERENT] + [SAME] * 99, [SAME] * 400, r"96\.15 of 10000 links would be wrong"),
        ([SAME] * 1_000, [DIFFERENT] * 2 + [SAME] * 98, r"200\.00 of 10000 pairs would be wrong"),
    ],
    ids=[
        "too few",
        "too few links",
        "too few of the others",
        "a wrong link, which stands for a hundred",
        "wrong among the others",
    ],
)
def test_what_stewards_found_does_not_allow_it(
    hub: Hub, desk: Desk, links: Sequence[ReviewDecision], asked: Sequence[ReviewDecision], words: str
) -> None:
    looked_at(hub, links, kind=LINKS)
    looked_at(hub, asked)
    with pytest.raises(StateForbids, match=words):
        lower(desk, 8)
    assert hub.asked(current_policy).version == 0
    assert desk.differences() == ()


def test_of_the_links_one_in_a_hundred_was_looked_at_and_of_what_was_asked_each(hub: Hub, desk: Desk) -> None:
    looked_at(hub, [SAME] * 100, kind=LINKS)
    looked_at(hub, [DIFFERENT] * 4 + [SAME] * 396)
    looked_at(hub, [DIFFERENT] * 50, weight=8.5)
    found = hub.asked(audit, 9)
    assert (found.looked_at, found.wrong_of_asked, found.wrong) == (500, 100, 10_000 * 4 / (100 * 100 + 400))
    assert lower(desk, 9).auto_weight == 9
    assert lower(desk, 9.5).auto_weight == 9.5
    with pytest.raises(StateForbids):
        lower(desk, 8)
    assert hub.asked(current_policy).version == 2


def test_answers_under_another_model_say_nothing(hub: Hub, desk: Desk) -> None:
    looked_at(hub, [SAME] * 100, kind=LINKS)
    looked_at(hub, [SAME] * 400)
    with hub.sessions.begin() as session:
        session.execute(update(Review).values(model_version="another"))
    with pytest.raises(StateForbids, match="So far they have looked at 0"):
        lower(desk, 8)


def test_links_that_nobody_has_looked_at_are_no_evidence(hub: Hub, desk: Desk) -> None:
    looked_at(hub, [SAME], kind=LINKS)
    looked_at(hub, [SAME] * 500)
    with hub.sessions.begin() as session:
        drawn = session.scalars(select(Review).where(Review.kind == LINKS, Review.state == ReviewState.DECIDED)).one()
        drawn.state, drawn.decision = ReviewState.OPEN, None
    with pytest.raises(StateForbids, match="0 links of machines"):
        lower(desk, 8)


def test_less_is_not_for_a_machine(desk: Desk) -> None:
    with pytest.raises(Invalid, match="from 8 bits on at the least"):
        lower(desk, 7.9)


def test_what_was_raised_may_come_down_to_what_is_shipped(desk: Desk) -> None:
    assert [lower(desk, weight).auto_weight for weight in (12, 10)] == [12, 10]
    with pytest.raises(StateForbids):
        lower(desk, 9.9)
