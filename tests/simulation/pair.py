"""How do a hub and one district fare where no chance decides, but a test?"""

from collections.abc import Callable
from itertools import count

from structlog.testing import capture_logs

from sync import streams
from sync.messages import message
from sync.testing import BadWeather
from tests.simulation.city import MAX_ACTIONS, City
from tests.simulation.parties import BEACON_SECONDS
from tests.simulation.wiring import WHOLE, Wiring


class Pair:
    """The hub and the district Futian of the simulation, in weather that is good."""

    def __init__(self, wiring: Wiring = WHOLE) -> None:
        parties = City(wiring).parties
        self.hub, self.futian = parties[streams.HUB], parties["futian"]
        self.weather = BadWeather()
        numbers = count(1)
        for party in (self.hub, self.futian):
            party.begin(self.weather, lambda: str(next(numbers)))

    def answer(self) -> bool:
        """Futian says what it has to say, and the hub what it says to that; says whether anything was said."""
        said = self.futian.send()
        while self.hub.receive():
            said = True
        return said

    def settle(self) -> None:
        """Lets time pass until both agree and have nothing left to say. Raises `TimeoutError`, where that never comes."""
        for _ in range(MAX_ACTIONS):
            self._tick()
            while self.answer() | self.hub.send() | self.futian.receive():
                pass
            if not self._step() and self._is_level():
                return
        raise TimeoutError("they do not come to an end")

    def go_on_until(self, has_come: Callable[["Pair"], bool]) -> None:
        """Lets Futian come back until it is so far, and has not told anybody. Raises `TimeoutError`, where it never is."""
        for _ in range(MAX_ACTIONS):
            if has_come(self):
                return
            self._tick()
            self.answer()
            self.futian.receive()
        raise TimeoutError("it does not come so far")

    def hold_back(self) -> list[bytes]:
        """What Futian says now, and does not arrive; nor does anything else that is under way."""
        self._tick()
        self.futian.send()
        late = list(self.weather.waiting(streams.HUB))
        self.weather.lose_everything()
        return late

    def come_back(self, copy: bytes) -> int:
        """Has Futian put back to `copy`, and lets it come back; gives how many new epochs that took."""
        self.futian.restore(copy)
        with capture_logs() as logged:
            self.settle()
        return sum(entry["event"] == "stream_recovered" for entry in logged)

    def compare_unaware(self) -> None:
        """Lets Futian compare to the end, while no word of where the hub stands comes through. Raises `TimeoutError`."""
        for _ in range(MAX_ACTIONS):
            if b"Comparing" not in self._step():
                return
            self._tick()
            self.answer()
            waiting = self.weather.waiting("futian")
            waiting[:] = [raw for raw in waiting if message.take_apart(raw).claims.typ != message.POSITION]
            while self.futian.receive():
                pass
        raise TimeoutError("it does not end comparing")

    def begin_epoch(self, epoch: int) -> None:
        """Has Futian go on in a new epoch, as it does from time to time by itself."""
        with self.futian.sessions.begin() as session:
            self.futian.log.open_epoch(session, streams.up("futian"), epoch)

    def states(self, key: str) -> tuple[int, int]:
        """In which state the hub holds a registration, and in which the district."""
        ask = "SELECT state FROM registration WHERE key = ?"
        ((there,),), ((here,),) = (party.database.execute(ask, [key]).fetchall() for party in (self.hub, self.futian))
        return there, here

    def effects(self, key: str) -> list[int]:
        """Every state of a registration that took effect at the hub, in their order."""
        ask = "SELECT state FROM effect WHERE key = ? ORDER BY id"
        return [state for (state,) in self.hub.database.execute(ask, [key])]

    @property
    def epoch(self) -> int:
        """The epoch in which Futian is."""
        ((epoch,),) = self.futian.database.execute("SELECT epoch FROM stream_head").fetchall()
        return int(epoch)

    @property
    def is_fetching(self) -> bool:
        """Whether Futian knows where the histories part, and asks for what follows."""
        return b"Fetching" in self._step()

    def _tick(self) -> None:
        for party in (self.hub, self.futian):
            party.seconds += BEACON_SECONDS

    def _step(self) -> bytes:
        ((step,),) = self.futian.database.execute("SELECT recovery FROM stream_head").fetchall()
        return bytes(step or b"")

    def _is_level(self) -> bool:
        head = self.futian.database.execute("SELECT epoch, sequence, hash FROM stream_head").fetchall()
        told = "SELECT epoch, sequence, hash FROM stream_cursor WHERE stream = ?"
        return head == self.hub.database.execute(told, [streams.up("futian")]).fetchall()
