"""Can an operator have records compared, sent once more, or applied again?"""

from typing import Any

import pytest

from federation.directory import asking
from federation.directory.proof import Proof, proof_of
from federation.errors import NotFound
from federation.mailbox import evidence
from sync import streams
from sync.mailbox.evidence import KindSum
from sync.mailbox.recovery import Comparing
from sync.messages.beacon import Verdict
from tests.hub.peers import AT, District, Hub, hours, registration


@pytest.fixture
def futian(hub: Hub) -> District:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1"), hours("e1", minutes=90), hours("e2", minutes=30)))
    return futian


def ask(hub: Hub, how: Any, code: str = "futian") -> Any:
    with hub.sessions.begin() as session:
        return how(session, code, inbox=hub.inbox)


def verdict(hub: Hub, futian: District) -> Verdict | None:
    """What the next beacon is answered with."""
    position = hub.hears(futian.lights_beacon())
    return position.verdict if position else None


def proof(hub: Hub) -> Proof:
    return hub.asked(proof_of, "futian", at=AT)


def test_the_next_beacon_is_answered_with_the_wish_to_compare_once(hub: Hub, futian: District) -> None:
    ask(hub, asking.compare)
    assert (proof(hub).said.wish, proof(hub).told.step) == ("compare", Comparing())
    assert [verdict(hub, futian) for _ in range(2)] == [Verdict.COMPARE, Verdict.APPLIED]
    assert proof(hub).said.wish is None


def test_a_replay_asks_for_what_is_missing_and_sends_everything_again(hub: Hub, futian: District) -> None:
    before = proof(hub).told
    ask(hub, asking.replay)
    assert verdict(hub, futian) is Verdict.GAP
    assert (proof(hub).told.rewinds, proof(hub).told.waiting) == (before.rewinds + 1, before.sequence)


def test_nobody_can_be_asked_who_takes_no_part(hub: Hub) -> None:
    for how in (asking.compare, asking.replay, asking.retry):
        with pytest.raises(NotFound):
            ask(hub, how, "luohu")


def test_what_is_parked_is_shown_with_its_reason_and_applied_again(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(luohu.says(registration("r1")), futian.says(hours("e1"), registration("r1")))
    [parked] = proof(hub).parked
    assert (parked.sequence, parked.record_key, parked.reason) == (2, "r1", "applying it failed: HeldElsewhere")
    assert proof(hub).said.parked == 1
    assert ask(hub, asking.retry) == 0
    hub.forgets("r1")
    assert ask(hub, asking.retry) == 1
    assert (proof(hub).parked, proof(hub).said.parked) == ([], 0)


def test_the_proof_shows_what_the_records_add_up_to(hub: Hub, futian: District) -> None:
    said = proof(hub).said_sums
    assert said.kinds == (KindSum("hours", 2, 120), KindSum("registration", 1, 0))
    hub.hears(futian.says(hours("e2", minutes=40, version=2)))
    assert proof(hub).said_sums.kinds[0] == KindSum("hours", 2, 130)
    assert proof(hub).said_sums.root != said.root


def test_a_refused_message_stands_with_whom_it_named(hub: Hub, futian: District) -> None:
    said = futian.says(hours("e3"))
    hub.hears(said[:-1], b"nothing of ours", District("longgang").says(hours("e1")))
    assert [(one.code, one.claimed_stream) for one in proof(hub).refused] == [("bad_signature", streams.up("futian"))]
    strangers = [(one.code, one.claimed_stream) for one in hub.asked(evidence.strangers)]
    assert strangers == [("unknown_key", streams.up("longgang")), ("undecodable", None)]


def test_each_key_of_the_district_is_named(hub: Hub, futian: District) -> None:
    [key] = proof(hub).keys
    assert (key.key_id, key.not_before, key.not_after) == (futian.key.kid, AT, None)
    assert proof(hub).standing.key_since == AT
