"""What does a side do all the time, beside its streams?"""

import threading
from typing import Protocol


class Errand(Protocol):
    """Something that a side has to do within moments, in a thread of its own, and that has no place in a stream."""

    def step(self, stop: threading.Event) -> object:
        """Does what there is to do, and sleeps a moment, at most until `stop` is set."""

    def close(self) -> None:
        """Gives back what it holds, after the last step."""
