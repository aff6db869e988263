"""How does a party run in earnest: as a thread where nothing has to die, as a process where it does?

    python -m tests.support.parties FOLDER PARTY BUS SHARE

The folder holds what the processes of one city share: the addresses of their databases, and the keys of all of them.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync import streams
from sync.carriers.bus import Bus, Delivery
from sync.errors import BusUnavailable
from sync.lanes import WHOLE, Share, read_share
from sync.mailbox.facts import Fact
from sync.messages import signing
from sync.messages.signing import Signer
from sync.running import service
from tests.support import servers
from tests.support.sides import Marker, Ring, Side, apply, open_side
from tests.support.waiting import eventually

BEACON_SECONDS = 0.5
DEADLY = "deadly"
_SETTINGS = "city.json"


@dataclass
class City:
    """A hub and its districts on one bus. The test looks into the databases; who else works on them is for it to say.

    The bus is at `bus_url`, and for the districts at `district_bus_url`.
    """

    folder: Path
    bus_url: str
    district_bus_url: str
    hub: Side
    districts: dict[str, Side]

    @contextmanager
    def running(self, *parties: str) -> Iterator[None]:
        """Lets these parties send and receive, each in a thread."""
        stop = threading.Event()
        threads = [threading.Thread(target=serve, args=(self.side(party), self.bus_of(party), stop)) for party in parties]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def start(self, party: str, *, share: str = "1/1") -> "subprocess.Popen[bytes]":
        """Lets `party` send and receive in a process of its own; one of the hub's for a share of the districts."""
        return servers.start(
            [sys.executable, "-m", "tests.support.parties", self.folder, party, self.bus_of(party), share],
            output=self.folder / f"{party}.log",
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def side(self, party: str) -> Side:
        return self.hub if party == streams.HUB else self.districts[party]

    def bus_of(self, party: str) -> str:
        """Where `party` finds the bus."""
        return self.bus_url if party == streams.HUB else self.district_bus_url

    def is_equal(self) -> bool:
        """Whether the hub stands at the head of every district, and each district knows that."""
        heads = [district.head() for district in self.districts.values()]
        return all(self.hub.has_read(head) and head.peer_sequence == head.sequence for head in heads)

    def assert_applied_once(self) -> None:
        """Every event of every district has had its effect at the hub, once and in its order."""
        for code, district in self.districts.items():
            applied = [sequence for who, sequence, _ in self.hub.applied() if who == code]
            assert applied == list(range(1, district.head().sequence + 1))


@contextmanager
def city(folder: Path, *, bus_url: str, database_urls: dict[str, str]) -> Iterator[City]:
    """Parties with these databases, who know each other's keys."""
    codes = [party for party in database_urls if party != streams.HUB]
    keys = {party: signing.generate_key() for party in database_urls}
    settings = {
        "database_urls": database_urls,
        "keys": {party: signing.private_jwk(key).decode() for party, key in keys.items()},
    }
    (folder / _SETTINGS).write_text(json.dumps(settings))
    sides = {party: _open(folder, party) for party in database_urls}
    try:
        yield City(folder, bus_url, bus_url, sides[streams.HUB], {code: sides[code] for code in codes})
    finally:
        for side in sides.values():
            side.close()


def put(bus: Bus, raw: bytes, *, to: str) -> None:
    """Publishes a message; again where a broker refuses it because the queue is only being made."""

    def is_taken() -> bool:
        try:
            bus.publish(raw, to=to, expires_seconds=600)
        except BusUnavailable:
            return False
        return True

    eventually(is_taken)


def take(bus: Bus) -> Delivery:
    """The next message; asked for again where a broker refuses it because a queue is only being made."""

    def look() -> Delivery | None:
        try:
            return bus.receive(seconds=1)
        except BusUnavailable:
            return None

    taken = eventually(look)
    assert taken is not None
    return taken


def serve(side: Side, bus_url: str, stop: threading.Event, *, heartbeat: Path | None = None, share: Share = WHOLE) -> None:
    """Sends and receives for `side` until `stop` is set."""
    service.run(
        party=side.party,
        sessions=side.sessions,
        log=side.log,
        recovery=side.recovery,
        inbox=side.inbox,
        keys=side.keys_in,
        signer=Signer(side.key),
        bus_url=bus_url,
        beacon_seconds=BEACON_SECONDS,
        stop=stop,
        share=share,
        heartbeat=heartbeat,
    )


def _open(folder: Path, party: str) -> Side:
    settings = json.loads((folder / _SETTINGS).read_text())
    keys = {name: signing.read_key(jwk.encode()) for name, jwk in settings["keys"].items()}
    ring = Ring()
    for name, key in keys.items():
        ring.add(name, key)
    codes = [name for name in settings["database_urls"] if name != streams.HUB]
    ups, downs = [streams.up(code) for code in codes], [streams.down(code) for code in codes]
    reads, writes = (ups, downs) if party == streams.HUB else ([streams.down(party)], [streams.up(party)])
    url = settings["database_urls"][party]
    return open_side(url, party, ring=ring, key=keys[party], reads=reads, writes=writes, handler=_apply_or_die)


def _apply_or_die(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Applies `facts`; while the marker stands, a deadly one ends the process after that and before the commit."""
    apply(session, district, facts)
    session.flush()
    if any(fact.data.activity == DEADLY for fact in facts) and session.scalar(select(func.count()).select_from(Marker)):
        os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, party: str, bus_url: str, share: Share) -> None:
    """Runs `party` until it is asked to end."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    serve(_open(folder, party), bus_url, stop, heartbeat=folder / f"{party}.beat", share=share)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], read_share(sys.argv[4]))
