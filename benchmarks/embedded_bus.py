"""Can kombu's SQL transport on one SQLite file carry a city on one machine, and what does a crash cost it?

    python -m benchmarks.embedded_bus

Producers and a consumer run as processes. What a producer was promised and what the consumer acknowledged, each writes to a
file of its own, line by line, so that nothing of it is lost with the process.
"""

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.context import SpawnProcess
from pathlib import Path

import click

from sync import streams
from sync.carriers.bus import KombuBus
from sync.errors import BusUnavailable

PRODUCERS = ("futian", "luohu", "nanshan")
KILLS = 20
# As long as a transaction takes that applies a batch of a few events.
WORK_SECONDS = 0.005
_QUIET_SECONDS = 1.0
_processes = multiprocessing.get_context("spawn")


def produce(url: str, party: str, numbers: Sequence[int], size: int, promised: Path) -> None:
    """Publishes one message for each of `numbers`, and writes down each that the bus has confirmed."""
    bus = KombuBus(url, party)
    with promised.open("a", buffering=1) as written:
        for number in numbers:
            name = f"{party}-{number}"
            while True:
                try:
                    bus.publish(name.encode().ljust(size, b" "), to=streams.HUB)
                    break
                except BusUnavailable:
                    time.sleep(0.01)
            written.write(f"{name}\n")
    bus.close()


def consume(url: str, received: Path, expected: int | None, work_seconds: float) -> None:
    """Takes messages until there were `expected`: works on each, writes it down, and only then acknowledges it."""
    bus = KombuBus(url, streams.HUB)
    count = 0
    with received.open("a", buffering=1) as written:
        while count != expected:
            try:
                delivery = bus.receive(seconds=0.2)
            except BusUnavailable:
                continue
            if delivery is not None:
                time.sleep(work_seconds)
                written.write(delivery.body.decode().strip() + "\n")
                delivery.acknowledge()
                count += 1
    bus.close()


def start(target: object, *arguments: object) -> SpawnProcess:
    """A running process."""
    process = _processes.Process(target=target, args=arguments)  # type: ignore[arg-type]
    process.start()
    return process


def measure_throughput(folder: Path, count: int, size: int) -> str:
    """What three producers and one consumer exchange in which time; the start of the processes is not counted."""
    url = f"sqla+sqlite:///{folder / 'bus.db'}"
    promised, received = folder / "promised", folder / "received"
    consumer = start(consume, url, received, count, 0.0)
    share = count // len(PRODUCERS)
    producers = [start(produce, url, party, range(share), size, promised) for party in PRODUCERS]
    while not (promised.exists() and promised.stat().st_size):
        time.sleep(0.001)
    began = time.monotonic()
    for process in (*producers, consumer):
        process.join()
    seconds = time.monotonic() - began
    return (
        f"{count} messages of {size} bytes in {seconds:.1f} s: {count / seconds:.0f} a second; {_account(promised, received)}"
    )


def measure_crashes(folder: Path, *, victim: str, seed: int = 1) -> str:
    """What is lost or doubled when the consumer, or a producer, is killed again and again at any moment."""
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    url = f"sqla+sqlite:///{folder / 'bus.db'}"
    promised, received = folder / "promised", folder / "received"
    others = PRODUCERS[1:] if victim == "producer" else PRODUCERS
    numbers = range(2_000)
    steady = [start(produce, url, party, numbers, 1_000, promised) for party in others]
    if victim == "producer":
        steady.append(start(consume, url, received, None, WORK_SECONDS))
    for kill in range(KILLS):
        if victim == "consumer":
            doomed = start(consume, url, received, None, WORK_SECONDS)
        else:
            doomed = start(produce, url, PRODUCERS[0], range(kill * 10_000, kill * 10_000 + 9_999), 1_000, promised)
        time.sleep(0.8 + chance.random())
        os.kill(doomed.pid or 0, signal.SIGKILL)
        doomed.join()
    if victim == "consumer":
        steady.append(start(consume, url, received, None, WORK_SECONDS))
    for process in steady[:-1]:
        process.join()
    _await_quiet(received)
    steady[-1].kill()
    steady[-1].join()
    return f"{victim} killed {KILLS} times: {_account(promised, received)}"


def _await_quiet(file: Path) -> None:
    size = -1
    while size != (size := file.stat().st_size):
        time.sleep(_QUIET_SECONDS)


def _account(promised: Path, received: Path) -> str:
    kept, came = set(promised.read_text().split()), Counter(received.read_text().split())
    lost = len(kept - came.keys())
    doubled = sum(times - 1 for times in came.values())
    return f"{len(kept)} confirmed, {lost} of them lost, {doubled} doubled"


@click.command()
def main() -> None:
    """Measures on new files in a temporary folder, which is removed in the end."""
    for count, size in ((600, 100), (300, 80_000)):
        with tempfile.TemporaryDirectory(prefix="banyan-bus-") as folder:
            click.echo(measure_throughput(Path(folder), count, size))
    for victim in ("consumer", "producer"):
        with tempfile.TemporaryDirectory(prefix="banyan-bus-") as folder:
            click.echo(measure_crashes(Path(folder), victim=victim))


if __name__ == "__main__":
    main()
