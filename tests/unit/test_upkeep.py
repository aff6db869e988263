"""Does a side tidy up from time to time, and does nothing wait for it where it cannot?"""

import pytest
from sqlalchemy.orm import Session

from sync.running.upkeep import EVERY_SECONDS, Upkeep
from tests.support.sides import Side


class Hindered(Exception):
    """The database was busy."""


class Tidying:
    def __init__(self) -> None:
        self.seconds = 100.0
        self.times = 0
        self.fails = False

    def clock(self) -> float:
        return self.seconds

    def __call__(self, session: Session) -> None:
        self.times += 1
        if self.fails:
            raise Hindered


def test_a_side_tidies_up_at_the_start_and_once_an_hour(futian: Side) -> None:
    tidying = Tidying()
    upkeep = Upkeep(futian.sessions, tidying, clock=tidying.clock)
    for _ in range(3):
        upkeep.step()
    assert tidying.times == 1
    tidying.seconds += EVERY_SECONDS
    for _ in range(3):
        upkeep.step()
    assert tidying.times == 2


def test_what_could_not_be_tidied_is_not_tried_again_at_once(futian: Side) -> None:
    tidying = Tidying()
    tidying.fails = True
    upkeep = Upkeep(futian.sessions, tidying, clock=tidying.clock)
    with pytest.raises(Hindered):
        upkeep.step()
    upkeep.step()
    assert tidying.times == 1
