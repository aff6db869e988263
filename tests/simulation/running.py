"""How do many seeds run, on every processor that there is?"""

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.city import City, Outcome
from tests.simulation.wiring import PARTS, WHOLE, Wiring

_AT_ONCE = 10
_cities: list[City] = []


def outcomes(seeds: Iterable[int], wiring: Wiring = WHOLE) -> Iterator[Outcome]:
    """How each of `seeds` ends, in their order."""
    # Not by fork: whoever calls this may have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_begin, initargs=(wiring,)) as pool:
        yield from pool.map(_run, seeds, chunksize=_AT_ONCE)


def command(seed: int, wiring: Wiring = WHOLE) -> str:
    """What repeats a seed, and tells its steps."""
    off = "".join(f" --without {part}" for part in PARTS if not getattr(wiring, part))
    return f"python -m tests.simulation --trace {seed}{off}"


def _begin(wiring: Wiring) -> None:
    _cities.append(City(wiring))
    _cities[0].run(0)
    # What is there now stays; looking through it again and again takes a tenth of the time.
    gc.freeze()


def _run(seed: int) -> Outcome:
    return _cities[0].run(seed)
