"""Are UUIDs drawn as RFC 9562 has it?"""

import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import pairwise

import pytest

from sync import uuids


def one_by_one() -> Iterable[uuid.UUID]:
    return (uuids.new_uuid() for _ in range(64))


def at_once() -> Iterable[uuid.UUID]:
    return map(uuid.UUID, uuids.new_uuids(64))


@pytest.mark.parametrize("draw", [one_by_one, at_once])
def test_they_are_of_version_7_and_of_this_moment(draw: Callable[[], Iterable[uuid.UUID]]) -> None:
    before = time.time_ns() // 1_000_000
    made = list(draw())
    assert all((one.version, one.variant) == (7, uuid.RFC_4122) for one in made)
    assert len(set(made)) == 64
    assert all(before <= one.int >> 80 <= time.time_ns() // 1_000_000 for one in made)


def test_of_those_drawn_at_once_each_digit_is_drawn() -> None:
    digits = zip(*(one.hex[13:] for one in at_once()), strict=True)
    assert all(len(set(drawn)) > 1 for drawn in digits)


def test_each_one_is_greater_than_the_one_before_even_where_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [uuids.new_uuid() for _ in range(2_000)]
    earlier = time.time_ns() - timedelta(hours=1) // timedelta(microseconds=1) * 1_000
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    made += [uuids.new_uuid() for _ in range(2_000)]
    monkeypatch.undo()
    made.append(uuids.new_uuid())
    steps = [other.int - one.int for one, other in pairwise(made)]
    assert min(steps) > 0
    assert len(set(steps)) == len(steps)


def test_a_millisecond_in_which_nothing_is_left_to_draw_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    # Each draw takes as large a step as there is.
    monkeypatch.setattr(secrets, "randbits", lambda bits: 2**bits - 1)
    made = [uuids.new_uuid() for _ in range(200_000)]
    assert all(one < other for one, other in pairwise(made))
    assert all((one.version, one.variant) == (7, uuid.RFC_4122) for one in made)
    assert made[-1].int >> 80 > made[0].int >> 80
