"""Fault 19: does a district that was away for long slow the others down when it comes back?"""

import pytest

from sync.messages.batch import MAX_EVENTS
from sync.running.relay import WINDOW_BATCHES
from tests.faults.wire import finish
from tests.support.parties import City
from tests.support.waiting import eventually

A_WEEK = 200_000
PIECE = 10_000


@pytest.mark.parametrize("city", ["sqlite and embedded"], indirect=True)
@pytest.mark.parametrize("backlog", [20_000, pytest.param(A_WEEK, marks=pytest.mark.long)])
def test_19_a_district_that_was_away_comes_back_with_a_backlog(city: City, backlog: int) -> None:
    futian, luohu, hub = city.districts["futian"], city.districts["luohu"], city.hub
    for first in range(0, backlog, PIECE):
        futian.announce(PIECE, first=first)
    behind = []
    with city.running("hub", "luohu", "futian"):
        while hub.cursor(futian.writes[0])[1] < backlog:
            luohu.announce(1, first=luohu.head().sequence + 1)
            eventually(lambda: hub.has_read(luohu.head()), within=120)
            behind.append(hub.cursor(futian.writes[0])[1] < backlog)
        finish(city)
    # The hub reads from one queue: what a district may have on it at once is bounded, the others come in between.
    assert backlog <= WINDOW_BATCHES * MAX_EVENTS or any(behind)
