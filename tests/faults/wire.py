"""What can be done to messages on their way?"""

import random
from collections.abc import Sequence
from contextlib import closing, suppress

from kombu import Connection, Exchange, Producer, Queue

from sync import streams
from sync.addresses import exchange_name, queue_name
from sync.carriers.bus import CONTENT_TYPE, KombuBus
from sync.carriers.embedded import EmbeddedTransport
from sync.errors import BusUnavailable
from sync.messages import message
from tests.faults.checker import come_right
from tests.support.parties import City, put
from tests.support.waiting import eventually

EVERYBODY = (streams.HUB, "futian", "luohu")


def urls(city: City) -> dict[str, str]:
    """Where each party's database is."""
    return {party: city.side(party).database_url for party in (streams.HUB, *city.districts)}


def finish(city: City, *, refused: int = 0) -> None:
    """Waits until nothing was lost and nothing is there twice."""
    come_right(urls(city), refused=refused)


def sent_while_the_hub_is_away(city: City, district: str = "futian", commits: int = 4) -> list[bytes]:
    """The batches that the district has put on the bus after this many commits; nothing of it is there any more."""
    side = city.districts[district]
    taken: list[bytes] = []

    def one_more() -> bool:
        before = len(taken)
        taken.extend(raw for raw in _take_all(city) if message.take_apart(raw).claims.typ == message.BATCH)
        return len(taken) > before

    with city.running(district):
        for _ in range(commits):
            side.announce(3, first=side.head().sequence + 1)
            eventually(one_more)
    return taken


def deliver(city: City, messages: Sequence[bytes], *, by: str = "futian") -> None:
    """Puts `messages` on the bus for the hub, over the connection of `by`."""
    with closing(KombuBus(city.bus_url, by)) as bus:
        for raw in messages:
            put(bus, raw, to=streams.HUB)


def smuggle(city: City, raw: bytes, *, by: str = "futian") -> None:
    """Puts what a `sync.carriers.bus.KombuBus` would refuse on the embedded bus for the hub."""
    with Connection(city.bus_url.removeprefix("sqla+"), transport=EmbeddedTransport) as connection:
        exchange = Exchange(exchange_name(by), type="direct", durable=True)
        channel = connection.channel()
        Queue(queue_name(streams.HUB, by), exchange, routing_key=streams.HUB)(channel).declare()
        Producer(channel, exchange).publish(raw, routing_key=streams.HUB, content_type=CONTENT_TYPE, content_encoding="binary")


def mangle(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with one byte changed: half of the time in the signature line, else in the body."""
    # Of the line's last character four bits stand for nothing.
    line = raw.index(b"\n") - 1
    place = chance.choice((chance.randrange(line), chance.randrange(line + 1, len(raw))))
    return raw[:place] + bytes([raw[place] ^ chance.randint(1, 255)]) + raw[place + 1 :]


def _take_all(city: City) -> list[bytes]:
    """What waits for the hub; nothing where a broker cannot say yet, because the queue is only being made."""
    taken = []
    with closing(KombuBus(city.bus_url, streams.HUB)) as bus, suppress(BusUnavailable):
        while (delivery := bus.receive(seconds=0.3)) is not None:
            delivery.acknowledge()
            taken.append(delivery.body)
    return taken
