"""Fault 22: does it matter what time it is?"""

from datetime import timedelta

import pytest

from sync import streams
from tests.faults.pair import DOWN, Pair
from tests.support.sides import StreamCursor, announce


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=-400)])
def test_22_clocks_that_are_apart_and_go_back_change_no_sum(pair: Pair, ahead: timedelta) -> None:
    futian, hub, clock = pair["futian"], pair[streams.HUB], pair.clocks["futian"]
    clock.at += ahead
    futian.announce(5)
    hub.announce(2, stream=DOWN)
    pair.go_on()
    clock.at -= timedelta(days=3)
    with futian.sessions.begin() as session:
        announce(futian.log, session, futian.writes[0], "e1", version=2, activity="corrected")
    futian.announce(3, first=6)
    pair.go_on()
    pair.check()
    [cursor] = hub.rows(StreamCursor)
    # Which moment the hub is complete up to is the district's word, by the district's clock.
    assert cursor.as_of == cursor.proven_at == clock.at
