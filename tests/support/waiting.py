"""When has something come true that happens in its own time?"""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

DEADLINE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02


def eventually(look: Callable[[], Seen], *, until: Callable[[Seen], object] = bool, within: float = DEADLINE_SECONDS) -> Seen:
    """What `look` gives as soon as that satisfies `until`; raises `AssertionError` with the last look at the deadline."""
    deadline = time.monotonic() + within
    while not until(seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {within} s; last seen: {seen!r}")
        time.sleep(_PAUSE_SECONDS)
    return seen
