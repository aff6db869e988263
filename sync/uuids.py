"""How are UUIDs drawn?

They are of version 7 (RFC 9562, section 5.7): milliseconds since 1970, then 74 random bits. Python 3.14 brings its own.
"""

import os
import secrets
import threading
import time
import uuid
from collections.abc import Iterator

# A digit for the variant, of which two bits are random, 18 others, and one that makes whole bytes of them.
_RANDOM_DIGITS = 20
_VARIANTS = {f"{digit:x}": f"{0b1000 | digit & 0b11:x}" for digit in range(16)}

_RANDOM_BITS, _LOW_BITS = 74, 62
# Those of a millisecond begin in the lower half of the numbers that there are, so there is room for 100,000 of them at least.
_STEP_BITS = 56
_VERSION, _VARIANT = 7 << 76, 0b10 << 62


class _Series:
    """UUIDs that are each greater than the one before, whatever the clock does.

    Within a millisecond, and while the clock is behind, the random part grows by a random step: method 2 of section 6.2.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment = self._random = 0

    def next(self) -> uuid.UUID:
        """The next one; for any number of threads."""
        with self._lock:
            now = time.time_ns() // 1_000_000
            self._random += 1 + secrets.randbits(_STEP_BITS)
            if now > self._moment or self._random >> _RANDOM_BITS:
                self._moment = max(now, self._moment + 1)
                self._random = secrets.randbits(_RANDOM_BITS - 1)
            moment, high, low = self._moment << 80, self._random >> _LOW_BITS << 64, self._random & (1 << _LOW_BITS) - 1
        return uuid.UUID(int=moment | _VERSION | high | _VARIANT | low)


_series = _Series()


def new_uuid() -> uuid.UUID:
    """One that is greater than all that this process has drawn so: what is known by it goes to the end of an index."""
    return _series.next()


def new_uuids(count: int) -> Iterator[str]:
    """So many in writing, in no order. Drawn one by one, and made objects first, they would take several times as long."""
    moment = f"{time.time_ns() // 1_000_000:012x}"
    beginning = f"{moment[:8]}-{moment[8:]}-7"
    drawn = os.urandom(_RANDOM_DIGITS // 2 * count).hex()
    for place in range(0, len(drawn), _RANDOM_DIGITS):
        variant = _VARIANTS[drawn[place]]
        digits = drawn[place + 1 : place + _RANDOM_DIGITS]
        yield f"{beginning}{digits[:3]}-{variant}{digits[3:6]}-{digits[6:18]}"
