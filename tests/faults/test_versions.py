"""Fault 25: do two ends understand each other while their keys and versions change?"""

import pytest

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED
from sync.messages import signing
from tests.faults.pair import DOWN, UP, Pair
from tests.faults.wire import EVERYBODY, deliver, finish, sent_while_the_hub_is_away
from tests.support.parties import City
from tests.support.sides import ParkedRecord, announce

NEWER = (HOURS_CERTIFIED, HOURS_CORRECTED)


@pytest.mark.parametrize("city", ["sqlite and embedded"], indirect=True)
def test_25_a_key_that_is_exchanged_in_mid_stream_interrupts_nothing(city: City) -> None:
    futian = city.districts["futian"]
    sent = sent_while_the_hub_is_away(city, commits=2)
    futian.key = signing.generate_key()
    city.hub.keys.add("futian", futian.key)
    futian.announce(3, first=100)
    deliver(city, sent)
    with city.running(*EVERYBODY):
        finish(city)


@pytest.mark.parametrize(("older", "newer", "stream"), [(streams.HUB, "futian", UP), ("futian", streams.HUB, DOWN)])
def test_25_what_only_a_newer_version_knows_waits_for_the_upgrade(pair: Pair, older: str, newer: str, stream: str) -> None:
    """Whoever is upgraded first: the hub, or a district."""
    pair.install(newer, types=NEWER)
    pair[newer].announce(2, stream=stream)
    pair.go_on()
    with pair[newer].sessions.begin() as session:
        announce(pair[newer].log, session, stream, "e1", version=2, type=HOURS_CORRECTED)
        announce(pair[newer].log, session, stream, "e3")
        announce(pair[newer].log, session, stream, "e1", version=3)
    pair.go_on()
    assert [row.record_key for row in pair[older].rows(ParkedRecord)] == ["e1", "e1"]
    assert [key for _, _, key in pair[older].applied()] == ["e1", "e2", "e3"]
    pair.install(older, types=NEWER)
    with pair[older].sessions.begin() as session:
        assert pair[older].inbox.retry(session, stream) == 2
    pair.go_on()
    pair.check()
