"""Is a process of the wire still at work?

It touches a file while each of its parts goes round. A bus or a database that is away does not stop that: a new start of
the process would not bring it back.
"""

import time
from pathlib import Path

FRESH_SECONDS = 60.0


class Heartbeat:
    """Touches `path` whenever all of `parts` have beaten since the last time."""

    def __init__(self, path: Path | None, parts: frozenset[str]) -> None:
        """Without a path nobody asks, and nothing is written. Raises `OSError` where the file cannot be."""
        self._path = path
        self._parts = parts
        self._beaten: set[str] = set()
        if path is not None:
            path.touch()

    def beat(self, part: str) -> None:
        """Says that `part` went round once more."""
        self._beaten.add(part)
        if self._beaten >= self._parts:
            self._beaten.clear()
            if self._path is not None:
                self._path.touch()


def is_fresh(path: Path, *, within_seconds: float = FRESH_SECONDS) -> bool:
    """Whether the process that touches `path` was at work lately."""
    try:
        return time.time() - path.stat().st_mtime < within_seconds
    except FileNotFoundError:
        return False
