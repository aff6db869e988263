"""Does one bad event stop only what hangs on it?"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_REVOKED
from sync.mailbox.applying import Applier
from sync.messages.batch import seal_batch
from tests.support.sides import AT, POISON, ParkedRecord, Ring, Side, announce, apply, open_side

UP = streams.up("futian")
# Activity, type: the parties' handler knows certified hours, and refuses poison.
GOOD = ("visit", HOURS_CERTIFIED)
UNKNOWN = ("visit", HOURS_REVOKED)
OF_ANOTHER_KIND = ("visit", "visit.announced.v1")
BETTER = ("visit at home", HOURS_CERTIFIED)
BAD = (POISON, HOURS_CERTIFIED)


@pytest.fixture
def hub(database_url: str, ring: Ring) -> Iterator[Side]:
    with closing(open_side(database_url, streams.HUB, ring=ring, reads=[UP])) as side:
        side.refuse_poison(refuse=True)
        yield side


def say(futian: Side, *events: tuple[str, tuple[str, str]]) -> None:
    with futian.sessions.begin() as session:
        for key, (activity, kind) in events:
            announce(futian.log, session, UP, key, activity=activity, type=kind)


def deliver(futian: Side, hub: Side) -> None:
    with futian.sessions() as session:
        piece = futian.log.read(session, UP, epoch=1, after=hub.cursor(UP)[1])
    assert piece is not None
    with hub.sessions.begin() as session:
        hub.inbox.receive(session, seal_batch(piece, futian.key), receiver=hub.party, keys=hub.keys_in, at=AT)


def retry(hub: Side) -> int:
    with hub.sessions.begin() as session:
        return hub.applier.retry(session, UP)


def parked(hub: Side) -> list[tuple[int, str]]:
    return sorted((row.sequence, row.record_key) for row in hub.rows(ParkedRecord))


def applied(hub: Side) -> list[int]:
    return [sequence for _, sequence, _ in hub.applied()]


def test_a_type_that_is_not_known_here_is_parked_and_the_stream_flows_on(futian: Side, hub: Side) -> None:
    say(futian, ("a", GOOD), ("b", UNKNOWN), ("c", GOOD))
    deliver(futian, hub)
    assert (applied(hub), parked(hub)) == ([1, 3], [(2, "b")])
    assert hub.has_read(futian.head())


def test_what_stands_before_a_parked_event_keeps_its_effect(futian: Side, hub: Side) -> None:
    say(futian, ("a", GOOD), ("a", UNKNOWN), ("a", BETTER), ("b", GOOD))
    deliver(futian, hub)
    assert (applied(hub), parked(hub)) == ([1, 4], [(2, "a"), (3, "a")])


def test_a_handler_s_refusal_parks_only_what_it_refuses(futian: Side, hub: Side) -> None:
    say(futian, ("a", GOOD), ("b", BAD), ("c", GOOD))
    deliver(futian, hub)
    assert (applied(hub), parked(hub)) == ([1, 3], [(2, "b")])
    assert [row.reason for row in hub.rows(ParkedRecord)] == ["applying it failed: ValueError"]


@pytest.mark.parametrize("first", [UNKNOWN, BAD])
def test_later_events_of_a_parked_record_wait_behind_it(futian: Side, hub: Side, first: tuple[str, str]) -> None:
    say(futian, ("a", first), ("a", GOOD), ("b", GOOD))
    deliver(futian, hub)
    say(futian, ("a", GOOD), ("c", GOOD))
    deliver(futian, hub)
    assert parked(hub) == [(1, "a"), (2, "a"), (4, "a")]
    assert applied(hub) == [3, 5]


def test_a_record_of_another_kind_with_the_same_key_does_not_wait(futian: Side, hub: Side) -> None:
    say(futian, ("a", OF_ANOTHER_KIND), ("a", GOOD))
    deliver(futian, hub)
    say(futian, ("a", BETTER))
    deliver(futian, hub)
    assert parked(hub) == [(1, "a")]
    assert applied(hub) == [2, 3]


def test_what_repeats_a_parked_event_waits_behind_it(futian: Side, hub: Side) -> None:
    say(futian, ("a", BAD), ("a", BAD), ("b", GOOD), ("b", GOOD))
    deliver(futian, hub)
    assert parked(hub) == [(1, "a"), (2, "a")]
    assert applied(hub) == [3]


def test_what_was_parked_is_applied_in_its_order_once_the_fault_is_mended(futian: Side, hub: Side) -> None:
    say(futian, ("a", BAD), ("b", GOOD), ("a", GOOD), ("c", UNKNOWN), ("c", GOOD))
    deliver(futian, hub)
    assert retry(hub) == 0
    hub.refuse_poison(refuse=False)
    assert retry(hub) == 2
    assert applied(hub) == [2, 1, 3]
    assert parked(hub) == [(4, "c"), (5, "c")]
    say(futian, ("a", BETTER))
    deliver(futian, hub)
    assert applied(hub) == [2, 1, 3, 6]


def test_a_state_that_is_held_already_has_no_effect_again(futian: Side, hub: Side) -> None:
    say(futian, ("a", GOOD), ("b", GOOD), ("a", GOOD))
    deliver(futian, hub)
    say(futian, ("b", GOOD), ("a", BETTER), ("a", GOOD))
    deliver(futian, hub)
    assert applied(hub) == [1, 2, 5, 6]
    assert hub.has_read(futian.head())


def test_an_upgrade_applies_what_was_not_known_before(futian: Side, hub: Side) -> None:
    say(futian, ("a", UNKNOWN), ("a", GOOD))
    deliver(futian, hub)
    upgraded = Applier(ParkedRecord, hub.digest, {HOURS_CERTIFIED: apply, HOURS_REVOKED: apply})
    with hub.sessions.begin() as session:
        assert upgraded.retry(session, UP) == 2
    assert (applied(hub), parked(hub)) == ([1, 2], [])
