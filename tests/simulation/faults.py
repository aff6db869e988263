"""Where can a party be struck while it works?

A *crash* ends its process: whatever it had not committed is gone, and so is all that it only remembered. A *failure* of the
database or of the bus is an exception that the process survives.
"""

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy.exc import OperationalError

from sync.carriers.bus import Bus, Delivery
from sync.errors import BusUnavailable


class Crash(BaseException):
    """The process ends here; nothing that is written for exceptions may see it."""


class Point(StrEnum):
    """When it happens."""

    COMMIT = "before a commit"
    PUBLISH = "before a message is published"
    PUBLISHED = "between a publication and its confirmation"
    ACKNOWLEDGE = "between a commit and the acknowledgement"
    ACKNOWLEDGED = "between the acknowledgement and the answer"


class Faults:
    """What waits to strike one party."""

    def __init__(self) -> None:
        self._armed: dict[Point, bool] = {}

    def arm(self, point: Point, *, crash: bool) -> None:
        """Lets the party crash, or fail, when it next comes to that point."""
        self._armed[point] = crash

    def disarm(self) -> None:
        """Nothing strikes any more."""
        self._armed.clear()

    def strike(self, point: Point) -> None:
        """Raises what was armed for this point."""
        crash = self._armed.pop(point, None)
        if crash:
            raise Crash(point)
        if crash is not None:
            raise _locked() if point is Point.COMMIT else BusUnavailable("the weather is bad")


class FragileBus:
    """A `Bus` around which the party may be struck."""

    def __init__(self, bus: Bus, faults: Faults) -> None:
        self._bus = bus
        self._faults = faults

    def publish(self, raw: bytes, *, to: str, expires_seconds: float | None = None) -> None:
        """Hands a message on, if nothing strikes before."""
        self._faults.strike(Point.PUBLISH)
        self._bus.publish(raw, to=to, expires_seconds=expires_seconds)
        self._faults.strike(Point.PUBLISHED)

    def receive(self, *, seconds: float) -> Delivery | None:
        """The next message."""
        delivery = self._bus.receive(seconds=seconds)
        return delivery and Delivery(delivery.body, self._acknowledging(delivery.acknowledge))

    def keep_alive(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""

    def _acknowledging(self, acknowledge: Callable[[], None]) -> Callable[[], None]:
        def struck() -> None:
            self._faults.strike(Point.ACKNOWLEDGE)
            acknowledge()
            self._faults.strike(Point.ACKNOWLEDGED)

        return struck


def _locked() -> OperationalError:
    return OperationalError("COMMIT", None, Exception("database is locked"))
