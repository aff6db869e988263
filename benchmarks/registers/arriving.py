"""How long does a registration take that comes to the hub at work?

The hub is the program `banyan-hub sync` on its database, and on a RabbitMQ of its own. Registrations come one at a time, some
twenty a second, each in a message that its district has signed; the districts take the IDs that they are told, and say so.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.registers.at_hub import RegisterAtHub
from benchmarks.registers.making import Entry
from benchmarks.stage import Party
from federation import mailbox
from sync import streams
from sync.carriers.bus import KombuBus
from sync.messages import message
from sync.messages.batch import BatchClaims
from sync.messages.beacon import Position, open_position
from tests.hub.peers import District
from tests.support import rabbitmq, servers

_TAKEN = "banyan_take_seconds_sum"
_PATIENCE_SECONDS = 120
_PAUSE_SECONDS = (0.03, 0.07)


@dataclass(frozen=True)
class Arrival:
    """How many milliseconds one registration took.

    `inside_ms` is the program's own figure, from the message in its hand to its committed effect: signature, place in the
    stream, matching, link and ID. `answered_ms` is the district's, from its publishing to the hub's answer, over the bus twice.
    """

    inside_ms: float
    answered_ms: float


def arrivals(made: RegisterAtHub, register: Sequence[Entry], *, first: int) -> Iterator[Arrival]:
    """The entries of `register`, numbered from `first`, come one after the other to a hub that has taken what is before."""
    _follow_all(made)
    # Not in step with anything that polls.
    chance = random.Random(1)  # noqa: S311 - chance, no secret
    with rabbitmq.running() as broker, ExitStack() as stack:
        broker.lay_out(*made.districts)
        ends = {code: _End(district, KombuBus(broker.url, code)) for code, district in made.districts.items()}
        seconds_taken = stack.enter_context(_at_work(made, broker.url))
        for end in ends.values():
            stack.callback(end.close)
            end.wait_for_answer()
        for place, entry in enumerate(register, first):
            end = ends[entry.district]
            [said] = made.says([entry], first=place)
            taken, began = seconds_taken(), time.perf_counter()
            end.tell(said)
            answered = time.perf_counter()
            yield Arrival(1_000 * (seconds_taken() - taken), 1_000 * (answered - began))
            end.follow(chance.uniform(*_PAUSE_SECONDS))


class _End:
    """A district's end of the bus."""

    def __init__(self, district: District, bus: KombuBus) -> None:
        self._district = district
        self._bus = bus
        self._told: list[BatchClaims] = []

    def tell(self, said: bytes) -> None:
        """Tells the hub the last that the district says, until that has taken effect."""
        self._bus.publish(said, to=streams.HUB)
        self.wait_for_answer()

    def wait_for_answer(self) -> None:
        """Until the hub says that it stands where the district does; raises `TimeoutError`."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (position := self._take(seconds=1)) is None or position.sequence != self._district.sequence:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the hub has not answered {self._district.code} within {_PATIENCE_SECONDS} s")

    def follow(self, seconds: float) -> None:
        """Takes for so long what the hub says, and answers it."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for told in self._told:
                answer = self._district.follows(epoch=told.epoch, sequence=told.last, hash=told.hash)
                self._bus.publish(answer, to=streams.HUB)
            self._told.clear()
            self._take(seconds=left)

    def close(self) -> None:
        """Gives the connection back."""
        self._bus.close()

    def _take(self, *, seconds: float) -> Position | None:
        """The next message: where the hub stands, or what is then to be answered."""
        delivery = self._bus.receive(seconds=seconds)
        if delivery is None:
            return None
        delivery.acknowledge()
        signed = message.take_apart(delivery.body)
        if signed.claims.typ == message.BATCH:
            self._told.append(signed.read_claims(BatchClaims))
        return open_position(signed) if signed.claims.typ == message.POSITION else None


def _follow_all(made: RegisterAtHub) -> None:
    """The districts have taken all that they were told, so that the program has nothing to do but what comes."""
    for head in made.hub.asked(mailbox.log.heads):
        district = made.districts[streams.reader_of(head.stream)]
        made.hub.hears(district.follows(epoch=head.epoch, sequence=head.sequence, hash=head.hash.hex()))


@contextmanager
def _at_work(made: RegisterAtHub, bus_url: str) -> Iterator[Callable[[], float]]:
    """Lets the program take part; gives what says how many seconds it has spent so far on what it took."""
    port = servers.free_port()
    environment = made.environment | {
        "BANYAN_BUS_URL": bus_url,
        "BANYAN_INCARNATION_FILE": str(made.folder / "incarnation"),
        "BANYAN_LINK_ON_ARRIVAL": "true",
        "BANYAN_METRICS_BIND": f"127.0.0.1:{port}",
    }
    with Party("banyan-hub", environment, made.folder / "sync.log").syncing(), httpx.Client() as client:

        def seconds_taken() -> float:
            shown = client.get(f"http://127.0.0.1:{port}/metrics").text
            samples = (sample for family in text_string_to_metric_families(shown) for sample in family.samples)
            return next(sample.value for sample in samples if sample.name == _TAKEN)

        yield seconds_taken
