"""Does the relay wake up when there is something to look at?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from sync import streams
from sync.messages.beacon import Position, Verdict
from sync.running.waking import waker_for
from tests.support.sides import Ring, Side, open_side
from tests.support.waiting import DEADLINE_SECONDS

UP = streams.up("futian")


@pytest.fixture
def side(database_url: str, ring: Ring) -> Iterator[Side]:
    with closing(open_side(database_url, "futian", ring=ring, writes=[UP])) as side:
        yield side


def hear(side: Side) -> None:
    with side.sessions.begin() as session:
        side.log.hear(session, Position(stream=UP, epoch=1, sequence=0, hash="", verdict=Verdict.GAP))


@pytest.mark.parametrize("asleep", [True, False], ids=["asleep", "at work"])
@pytest.mark.parametrize("act", [lambda side: side.announce(1), hear], ids=["an event is committed", "the reader answers"])
def test_it_wakes_when_a_stream_moves(side: Side, act: Callable[[Side], None], asleep: bool) -> None:
    ready, proceed, woken = threading.Event(), threading.Event(), threading.Event()
    if asleep:
        proceed.set()

    def sleep() -> None:
        with closing(waker_for(side.sessions.kw["bind"])) as waker:
            # The first call returns at once: what was committed before nobody will report.
            waker.wait(10 * DEADLINE_SECONDS)
            ready.set()
            proceed.wait(DEADLINE_SECONDS)
            waker.wait(10 * DEADLINE_SECONDS)
            woken.set()

    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    assert ready.wait(DEADLINE_SECONDS)
    assert not woken.is_set()
    act(side)
    proceed.set()
    assert woken.wait(DEADLINE_SECONDS)
    thread.join()


def test_it_sleeps_no_longer_than_it_may(side: Side) -> None:
    with closing(waker_for(side.sessions.kw["bind"])) as waker:
        waker.wait(10 * DEADLINE_SECONDS)
        waker.wait(0.01)
