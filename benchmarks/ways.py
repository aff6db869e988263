"""How is a way from a district to the city measured, whichever it is?

*backlog*: events a second that become visible at the city while what the districts have written is worked off, from the first
look that sees some of each of them to the last event; what the last of them does alone counts, and what the first ones did
before all were under way does not. *live*: the same from the moment at which the districts begin to write until the last event
is visible, while they commit as many events at a time as an import does, as fast as they can; what they commit has been made
up before. *latency*: from the commit of one entry in the district until the city sees it, some twenty times a second.
"""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import islice
from multiprocessing.synchronize import Barrier
from typing import TypeAlias

from benchmarks.hours import hours
from sync.contracts.hours import HourEntryState
from sync.running import garbage
from tenants.imports.runs.chunking import CHUNK_ROWS

BACKLOG_AT_ONCE = 1_000
LIVE_AT_ONCE = CHUNK_ROWS
_LOOK_SECONDS = 0.0005
# Each look takes from the processors that are measured: a hundred a second took one part in twenty.
_LONG_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 120
PROCESSES = multiprocessing.get_context("spawn")

Commit: TypeAlias = Callable[[Sequence[HourEntryState]], None]
"""Commits new hour entries in a district, in one transaction."""

Writer: TypeAlias = Callable[[], AbstractContextManager[Commit]]
"""Opens what commits in one district. It can be sent to another process."""

Counted: TypeAlias = Callable[[], int]
"""Counts something anew."""


class Visible:
    """How many events have taken effect at the city, and how many of `each` district."""

    def __init__(self, each: Callable[[], Mapping[str, int]]) -> None:
        self.each = each

    def __call__(self) -> int:
        """How many there are of all districts."""
        return sum(self.each().values())


@dataclass(frozen=True)
class Way:
    """One way from districts to the city.

    `writers` has one for each district; what `certifier` opens commits a single entry, for the latency. While `carry` is
    entered, events reach the city. No more than `most` events are sent this way at a time.
    """

    name: str
    writers: Sequence[Writer]
    certifier: Writer
    carry: Callable[[], AbstractContextManager[None]]
    look: Callable[[], AbstractContextManager[Visible]]
    most: int | None = None


@dataclass(frozen=True)
class Measured:
    """Events a second, and milliseconds of single entries."""

    live: float
    backlog: float
    latencies_ms: list[float]


def measure(way: Way, *, events: int, entries: int) -> Measured:
    """One round: `events` of each district as a backlog and again live, then `entries` one by one."""
    count = min(events, way.most or events) * len(way.writers)
    with way.look() as visible:
        before = visible.each()
        _write_all(way, count)
        with way.carry():
            backlog = _measure_backlog(way, visible, before, count)
            return Measured(_measure_live(way, visible, count), backlog, _measure_latency(way, visible, entries))


def write(commit: Commit, entries: Iterable[HourEntryState], *, at_once: int) -> None:
    """Commits `entries`, `at_once` in each transaction."""
    left = iter(entries)
    while some := list(islice(left, at_once)):
        commit(some)


def wait_for(counted: Counted, count: int, *, pause: float = _LONG_LOOK_SECONDS) -> float:
    """Waits until `counted` comes to `count`; gives that moment. Raises `TimeoutError` when nothing moves any more."""
    seen, moved_at = 0, time.monotonic()
    while (now := counted()) < count:
        if now != seen:
            seen, moved_at = now, time.monotonic()
        elif time.monotonic() - moved_at > _PATIENCE_SECONDS:
            raise TimeoutError(f"{now} of {count} are there, and nothing moves any more")
        time.sleep(pause)
    return time.monotonic()


def _share(way: Way, count: int) -> list[int]:
    """How many of `count` events each district writes."""
    districts = len(way.writers)
    return [(count + place) // districts for place in range(districts)]


def _write_all(way: Way, count: int) -> None:
    for writer, share in zip(way.writers, _share(way, count), strict=True):
        with writer() as commit:
            write(commit, hours(share), at_once=BACKLOG_AT_ONCE)


def _measure_backlog(way: Way, visible: Visible, before: Mapping[str, int], count: int) -> float:
    def begun() -> int:
        return sum(seen > before.get(district, 0) for district, seen in visible.each().items())

    began = wait_for(begun, len(way.writers), pause=_LOOK_SECONDS)
    first, last = visible(), sum(before.values()) + count
    return (last - first) / (wait_for(visible, last) - began)


def _measure_live(way: Way, visible: Visible, count: int) -> float:
    target = visible() + count
    gate = PROCESSES.Barrier(len(way.writers) + 1)
    with ExitStack() as stack:
        for writer, share in zip(way.writers, _share(way, count), strict=True):
            process = PROCESSES.Process(target=_write_behind, args=(gate, writer, share))
            process.start()
            stack.callback(process.join)
        gate.wait()
        began = time.monotonic()
        ended = wait_for(visible, target)
    return count / (ended - began)


def _write_behind(gate: Barrier, writer: Writer, count: int) -> None:
    # As an import does; whichever the way is.
    garbage.look_rarely()
    entries = list(hours(count))
    with writer() as commit:
        gate.wait()
        write(commit, entries, at_once=LIVE_AT_ONCE)


def _measure_latency(way: Way, visible: Visible, entries: int) -> list[float]:
    """Milliseconds from each commit to its visibility."""
    chance = random.Random(1)  # noqa: S311 - chance, no secret
    latencies = []
    with way.certifier() as commit:
        for _ in range(entries):
            # Not in step with anything that polls.
            time.sleep(0.03 + 0.04 * chance.random())
            before, entry = visible(), list(hours(1))
            commit(entry)
            committed = time.monotonic()
            latencies.append((wait_for(visible, before + 1, pause=_LOOK_SECONDS) - committed) * 1_000)
    return latencies
